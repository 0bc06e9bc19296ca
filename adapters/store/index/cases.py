"""Cases and appeals in the index."""

from __future__ import annotations

from adapters.store.index.registry import answers, writes
from adapters.store.session import Row, Session, instant, instant_or_none, micros, micros_or_none
from application import index
from application.index import AppealRow, CaseRow, MisdeedRow

CASE = """SELECT case_id, filing_id, listing_id, complainant, respondent, standing, due_at, void_at, void_because, notice_id
    FROM case_index WHERE """
APPEAL = "SELECT appeal_id, case_id, round, respondent FROM appeal_index WHERE "


def _case(row: Row) -> CaseRow:
    case_id, filing, listing, complainant, respondent, standing, due, void, because, notice = row
    return CaseRow(
        case_id, filing, listing, complainant, respondent, standing, instant_or_none(due), instant_or_none(void), because, notice
    )


def _cases(rows: list[Row]) -> tuple[CaseRow, ...]:
    return tuple(map(_case, rows))


@answers(index.CaseById)
def _case_by_id(s: Session, q: index.CaseById) -> CaseRow | None:
    row = s.row(CASE + "case_id = ?", (q.case_id,))
    return None if row is None else _case(row)


@answers(index.CaseByNotice)
def _case_by_notice(s: Session, q: index.CaseByNotice) -> CaseRow | None:
    row = s.row(CASE + "notice_id = ?", (q.notice_id,))
    return None if row is None else _case(row)


@answers(index.CasesOfPair)
def _cases_of_pair(s: Session, q: index.CasesOfPair) -> tuple[CaseRow, ...]:
    return _cases(s.rows(CASE + "filing_id = ? AND listing_id = ? ORDER BY seq", (q.filing_id, q.listing_id)))


@answers(index.OpenCasesOfFiling)
def _open_cases_of_filing(s: Session, q: index.OpenCasesOfFiling) -> tuple[CaseRow, ...]:
    return _cases(s.rows(CASE + "filing_id = ? AND standing = 'open' ORDER BY seq", (q.filing_id,)))


@answers(index.CasesOfMember)
def _cases_of_member(s: Session, q: index.CasesOfMember) -> tuple[CaseRow, ...]:
    return _cases(s.rows(CASE + "complainant = ? ORDER BY seq", (q.complainant,)))


@answers(index.OpenCasesWithMember)
def _open_cases_with_member(s: Session, q: index.OpenCasesWithMember) -> tuple[CaseRow, ...]:
    return _cases(s.rows(CASE + "(complainant = ? OR respondent = ?) AND standing = 'open' ORDER BY seq", (q.member, q.member)))


@answers(index.CasesWithMember)
def _cases_with_member(s: Session, q: index.CasesWithMember) -> tuple[str, ...]:
    select = "SELECT case_id FROM case_index WHERE complainant = ? OR respondent = ? ORDER BY seq"
    return tuple(row[0] for row in s.rows(select, (q.member, q.member)))


@answers(index.RespondentsAfter)
def _respondents_after(s: Session, q: index.RespondentsAfter) -> tuple[str, ...]:
    select = "SELECT DISTINCT respondent FROM case_index WHERE respondent > ? ORDER BY respondent LIMIT ?"
    return tuple(row[0] for row in s.rows(select, (q.after, q.limit)))


@answers(index.CasesDue)
def _cases_due(s: Session, q: index.CasesDue) -> tuple[CaseRow, ...]:
    return _cases(s.rows(CASE + "due_at <= ? ORDER BY due_at, case_id LIMIT ?", (micros(q.by), q.limit)))


@writes(index.PutCase)
def _put_case(s: Session, e: index.PutCase) -> None:
    """Parties, filing and listing of a case never change (rule F2), so an update leaves their keys alone."""
    due = micros_or_none(e.due_at) if e.standing == "open" else None
    update = "UPDATE case_index SET standing = ?, due_at = ?, notice_id = ? WHERE case_id = ?"
    insert = "case_index (case_id, filing_id, listing_id, complainant, respondent, standing, due_at, notice_id)"
    s.update_or_insert(
        (update, (e.standing, due, e.notice_id, e.case_id)),
        (insert, (e.case_id, e.filing_id, e.listing_id, e.complainant, e.respondent, e.standing, due, e.notice_id)),
    )


@writes(index.VoidCases)
def _void_cases(s: Session, e: index.VoidCases) -> None:
    """What made a case fall first stays: a later finding changes nothing."""
    at = micros(e.at)
    whose, name = ("complainant = ?", e.complainant) if e.complainant is not None else ("filing_id = ?", e.filing_id)
    s.run(
        f"""UPDATE case_index SET void_at = ?, void_because = ?, due_at = CASE WHEN due_at < ? THEN due_at ELSE ? END
        WHERE {whose} AND standing = 'open' AND (void_at IS NULL OR void_at > ?)""",
        (at, e.because, at, at, name, at),
    )


@answers(index.AppealById)
def _appeal_by_id(s: Session, q: index.AppealById) -> AppealRow | None:
    row = s.row(APPEAL + "appeal_id = ?", (q.appeal_id,))
    return None if row is None else AppealRow(*row)


@answers(index.AppealOfRound)
def _appeal_of_round(s: Session, q: index.AppealOfRound) -> AppealRow | None:
    row = s.row(APPEAL + "case_id = ? AND round = ?", (q.case_id, q.round))
    return None if row is None else AppealRow(*row)


@writes(index.PutAppeal)
def _put_appeal(s: Session, e: index.PutAppeal) -> None:
    insert = "INSERT INTO appeal_index (appeal_id, case_id, round, respondent) VALUES (?, ?, ?, ?)"
    s.run(insert, (e.appeal_id, e.case_id, e.round, e.respondent))


@answers(index.Misdeeds)
def _misdeeds(s: Session, q: index.Misdeeds) -> tuple[MisdeedRow, ...]:
    sql = "SELECT member, kind, about, at FROM misdeed_index WHERE member = ? AND at > ? ORDER BY at, kind, about"
    return tuple(MisdeedRow(member, kind, about, instant(at)) for member, kind, about, at in s.rows(sql, (q.member, micros(q.since))))


@writes(index.PutMisdeed)
def _put_misdeed(s: Session, e: index.PutMisdeed) -> None:
    insert = "INSERT INTO misdeed_index (kind, about, member, at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, about) DO NOTHING"
    s.run(insert, (e.kind, e.about, e.member, micros(e.at)))
