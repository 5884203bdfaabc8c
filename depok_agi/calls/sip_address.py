"""Who a SIP header such as From names."""

import re
from urllib.parse import unquote

_USER = re.compile(r"\bsips?:([^@>?\s]*)@|\btel:([^;>?\s]*)", re.IGNORECASE)
_DISPLAY_NAME = re.compile(r'\s*"(?:[^"\\]|\\.)*"')


def user_of(header: str) -> str:
    """The user of the address, such as a telephone number; "" when there is none.

    Parameters of the user (RFC 3261, 19.1.1: `0811;phone-context=...`) and a password are left away. What stands in a
    display name is nobody's address.
    """
    found = _USER.search(_DISPLAY_NAME.sub("", header, count=1))
    if found is None:
        return ""
    return unquote(found[1] or found[2] or "", errors="replace").partition(";")[0].partition(":")[0].strip()
