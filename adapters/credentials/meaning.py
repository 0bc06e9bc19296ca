"""What each outcome of a reading proves, and what not, in one sentence for whoever decides by it."""

from __future__ import annotations

from typing import Final

from adapters.credentials.content import CredentialsState

MEANING: Final[dict[CredentialsState, str]] = {
    "none": "The picture carries no content credentials. That speaks neither for nor against whoever filed it.",
    "elsewhere": "The picture names an address where its content credentials are kept. Nobody asks there, so nothing is known of them.",
    "not_read": "Content credentials are not read here: the package that reads them is not installed.",
    "unreadable": "The picture carries something in the place of content credentials that cannot be read. It proves nothing.",
    "altered": "The picture or its content credentials were changed after they were signed. What they say proves nothing of this picture.",
    "invalid": "The content credentials break the rules of their kind. What they say proves nothing of this picture.",
    "expired": "The signer's certificate has run out, and no time stamp shows that they were signed before. They prove nothing any more.",
    "untrusted": "Signed by a party nobody here vouches for. The picture is as that party signed it; who that party is, the certificate "
    "alone says, and anybody can make one.",
    "trusted": "Signed by a party whose certificate leads to the operator's list. The picture is as that party signed it; whether what it "
    "says of the making is true, the signature does not prove.",
}
