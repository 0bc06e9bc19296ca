"""What members are told, in their language: one sentence or two a kind of message, which names the right that its reader has (rule H4).

A text is made when it is read or sent, from what the message holds. So it is in the reader's language, and the view holds none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from domain.rulebook_differences import in_words

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_OUTSIDE: Final = "You have the right to take it to a certified dispute body outside."
_OUTSIDE_ZH: Final = "您有权提交经认证的外部争议解决机构。"

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "complaint_accepted": "Your complaint was accepted. You have the right to withdraw it as long as the rules allow.",
        "complaint_declined": f"Your complaint was not taken up. {_OUTSIDE}",
        "appeal_opened.complaint": "The respondent appealed in round {round}.",
        "appeal_decided.complaint": "The respondent's appeal of round {round} was {outcome}.",
        "complaint_final": f"The case is final. {_OUTSIDE}",
        "complaint_lifted": f"The measures taken on your complaint were lifted. {_OUTSIDE}",
        "complaint_voided": f"The case is void, for the picture it rests on is no longer protected. {_OUTSIDE}",
        "notice_served": "An infringement notice was served on your listing. You have the right to appeal until {until}.",
        "appeal_possible": "You have the right to appeal once more, in round {round}, until {until}.",
        "appeal_reminder": "Your right to appeal ends at {until}.",
        "appeal_opened.notice": "Your appeal of round {round} was received.",
        "appeal_decided.notice": "Your appeal of round {round} was {outcome}.",
        "notice_final": f"The notice is final. {_OUTSIDE}",
        "notice_lifted": "The notice was lifted; a penalty that stood is revoked.",
        "notice_withdrawn": "The notice was withdrawn; a penalty that stood is revoked.",
        "notice_voided": "The notice is void; a penalty that stood is revoked.",
        "body_recorded": "It is on record that you took the case to an outside body.",
        "body_decided": "The outcome of the outside body was filed: your case before it was {outcome}.",
        "appeal_reversed.complaint": "The respondent's appeal of round {round} counts as {outcome} from now on.",
        "appeal_reversed.notice": "Your appeal of round {round} counts as {outcome} from now on.{stands}",
        "review_possible": "Nobody had decided in time, so the rules did. You have the right to have a person look at it, until {until}.",
        "review_requested": "Your request that a person looks at it was received.",
        "review_decided": "A person looked at it: your request was {outcome}.",
        "seller_warned": "A picture of your listing resembles a protected picture. Please make sure that you may use it.",
        "sighting": "A picture of yours was seen on a listing. You have the right to complain of it, in one step.",
        "filing_cancelled": "The protection of a picture of yours was cancelled: a dispute found it to be another's.",
        "vouchers_requested": "Please produce vouchers for a picture of yours by {until}.",
        "vouchers_reminder": "The vouchers asked for are due by {until}.",
        "vouchers_decided": "Your vouchers were found {vouchers}.",
        "dispute_decided": "Your dispute was {outcome}.",
        "service_terminated": "Pictures of yours were found not to be original: their protection is cancelled and the service is "
        "terminated. You keep the right to read what is yours, and to appeal against notices.",
        "service_reinstated": "The service was reinstated: your pictures are protected again, save those that another member has "
        "filed since.",
        "misuse_warned": "Counted against you are {misuse}: {counted} by now. At {suspend_at} you will be suspended for a time.",
        "suspended": "New {side} of yours are refused until {until}, for too many {misuse}. You have the right to appeal at the desk.",
        "suspension_lifted": "Warnings and suspensions of yours were taken back.",
        "authorization_granted": "You were authorised to use pictures of another member.",
        "authorization_ended": "An authorisation to use pictures of another member has ended.",
        "rules_change": "Other rules come into force on {from}: {rulebook} in place of {replaces}. {differs} "
        "A case keeps the rules that were pinned to it.",
    },
    "zh": {
        "complaint_accepted": "您的投诉已受理。在规则允许的期限内，您有权撤诉。",
        "complaint_declined": f"您的投诉不予受理。{_OUTSIDE_ZH}",
        "appeal_opened.complaint": "被投诉人提起了第 {round} 轮申诉。",
        "appeal_decided.complaint": "被投诉人的第 {round} 轮申诉结果：{outcome}。",
        "complaint_final": f"案件已终结。{_OUTSIDE_ZH}",
        "complaint_lifted": f"因您的投诉而采取的措施已解除。{_OUTSIDE_ZH}",
        "complaint_voided": f"案件已作废，因其所依据的图片不再受保护。{_OUTSIDE_ZH}",
        "notice_served": "您的商品收到侵权通知。您有权在 {until} 之前提起申诉。",
        "appeal_possible": "您有权再次申诉（第 {round} 轮），截止 {until}。",
        "appeal_reminder": "您的申诉权将于 {until} 届满。",
        "appeal_opened.notice": "已收到您的第 {round} 轮申诉。",
        "appeal_decided.notice": "您的第 {round} 轮申诉结果：{outcome}。",
        "notice_final": f"侵权通知已终结。{_OUTSIDE_ZH}",
        "notice_lifted": "侵权通知已解除；已有的处罚予以撤销。",
        "notice_withdrawn": "侵权通知已撤回；已有的处罚予以撤销。",
        "notice_voided": "侵权通知已作废；已有的处罚予以撤销。",
        "body_recorded": "您将案件提交外部争议解决机构一事已登记。",
        "body_decided": "外部争议解决机构的结果已登记：您的请求{found}。",
        "appeal_reversed.complaint": "被投诉人的第 {round} 轮申诉自此视为：{outcome}。",
        "appeal_reversed.notice": "您的第 {round} 轮申诉自此视为：{outcome}。{stands}",
        "review_possible": "无人在期限内作出决定，已按规则处理。您有权在 {until} 之前申请人工复核。",
        "review_requested": "已收到您的人工复核申请。",
        "review_decided": "人工复核已完成：您的申请{found}。",
        "seller_warned": "您商品中的一张图片与受保护的图片相似。请确认您有权使用。",
        "sighting": "在一件商品上发现了您的图片。您有权直接对其发起投诉。",
        "filing_cancelled": "您一张图片的保护已取消：权属异议认定其属于他人。",
        "vouchers_requested": "请在 {until} 之前提供您一张图片的凭证。",
        "vouchers_reminder": "所要求的凭证须在 {until} 之前提供。",
        "vouchers_decided": "您的凭证经审核：{vouchers}。",
        "dispute_decided": "您的权属异议结果：{outcome}。",
        "service_terminated": "您的图片被认定为非原创：其保护已取消，服务已终止。您仍有权查看自己的内容，并对通知提起申诉。",
        "service_reinstated": "服务已恢复：您的图片重新受到保护，其间已由他人认证的除外。",
        "misuse_warned": "已计入：{misuse}，目前 {counted} 次。达到 {suspend_at} 次，您将被暂停一段时间。",
        "suspended": "因{misuse}过多，您新的{side}在 {until} 之前不予接受。您有权向审核台申诉。",
        "suspension_lifted": "对您的警告和暂停已撤回。",
        "authorization_granted": "您已获授权使用另一会员的图片。",
        "authorization_ended": "使用另一会员图片的授权已结束。",
        "rules_change": "新规则将于 {from} 生效：{rulebook}，取代 {replaces}。{differs}案件仍适用其受理时确定的规则。",
    },
}
"""By language and kind; where a kind is told to either party, by what it is about as well."""

WORDS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "en": {
        "outcome": {"not_accepted": "not accepted"},
        "stands": {"rejected": " The notice stands again.", "upheld": ""},
        "vouchers": {"satisfied": "satisfactory"},
        "misuse": {
            "declined_complaints": "complaints of yours that were declined",
            "withdrawn_after_appeal": "complaints of yours that you withdrew after an appeal",
            "overturned_penalties": "penalties for complaints of yours that were overturned",
            "rejected_appeals": "appeals of yours that were rejected",
        },
    },
    "zh": {
        "outcome": {"upheld": "成立", "rejected": "驳回", "not_accepted": "不予受理"},
        "found": {"upheld": "获得支持", "rejected": "未获支持"},
        "stands": {"rejected": "侵权通知恢复效力。", "upheld": ""},
        "vouchers": {"satisfied": "符合要求", "wanting": "不符合要求"},
        "side": {"complaints": "投诉", "appeals": "申诉"},
        "misuse": {
            "declined_complaints": "不予受理的投诉",
            "withdrawn_after_appeal": "申诉后撤回的投诉",
            "overturned_penalties": "被撤销的处罚",
            "rejected_appeals": "被驳回的申诉",
        },
    },
}
"""What a fact is called, where it is not called by its own name."""


def text_of(kind: str, about_kind: str, facts: Mapping[str, Any], language: Language) -> str:
    """A message's text: what happened and which right its reader has, then the reasons, and the rules it happened under."""
    texts, words = TEXTS[language], WORDS[language]
    template = texts.get(f"{kind}.{about_kind}") or texts[kind]
    outcome = facts.get("outcome")
    named = {**facts, "found": outcome, "stands": outcome, "differs": _differs(facts, language)}
    said = template.format_map({name: words.get(name, {}).get(str(value), value) for name, value in named.items()})
    reasons, rule = facts.get("reasons", ()), facts.get("rule")
    if language == "zh":
        return said + (f"理由：{'；'.join(reasons).rstrip('。.')}。" if reasons else "") + (f"依据规则：{rule}。" if rule else "")
    return said + (f" Reasons: {'; '.join(reasons).rstrip('.')}." if reasons else "") + (f" Rule: {rule}." if rule else "")


def _differs(facts: Mapping[str, Any], language: Language) -> str:
    """What differs between two rulebooks, key by key."""
    changes, more = facts.get("changes", []), facts.get("more", 0)
    values = [(key, _value(was, language), _value(becomes, language)) for key, was, becomes in changes]
    if language == "zh":
        told = [f"{key} 原为{was}，改为{becomes}" for key, was, becomes in values] + [f"另有 {more} 项"] * bool(more)
        return f"变化：{'；'.join(told)}。" if told else "仅名称不同。"
    told = [f"{key} was {was}, becomes {becomes}" for key, was, becomes in values] + [f"and {more} more"] * bool(more)
    return f"What differs: {'; '.join(told)}." if told else "Only its name differs."


def _value(text: str, language: Language) -> str:
    value = msgspec.json.decode(text)
    return _in_chinese(value) if language == "zh" else in_words(value)


def _in_chinese(value: Any) -> str:
    match value:
        case None:
            return "无"
        case bool():
            return "是" if value else "否"
        case {"days": days, "count": count}:
            unit = {"working": "个工作日", "calendar": "天", "months": "个月", "hours": "小时"}.get(count, count)
            since = {"notice": "自通知起 ", "previous_decision": "自上一决定起 "}.get(value.get("from", ""), "")
            return f"{since}{days} {unit}"
        case list():
            return f"（{'、'.join(_in_chinese(one) for one in value)}）"
        case _:
            return str(value)
