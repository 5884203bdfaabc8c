"""SIPp scenarios. A phone reports by SIPp's own log, one word and its details a line.

Whatever a test chooses freely (numbers, names, raw headers) comes in as SIPp's `-key`, which SIPp puts in as it is: the
XML and SIPp's own `[keywords]` never see it. Only numbers of ours are formatted into the text here.
"""

import uuid
from typing import Literal

Behaviour = Literal["answers", "rings", "busy", "forwards"]

# What Asterisk may refuse a call with; SIPp has no pattern for these.
# fmt: off
REFUSALS = (
    400, 401, 403, 404, 405, 407, 408, 410, 413, 414, 415, 416, 420, 421, 480, 481, 482, 483, 484, 485, 486, 487, 488,
    489, 491, 500, 501, 502, 503, 504, 505, 513, 600, 603, 604, 606,
)
# fmt: on

_PORT = '<ereg regexp="m=audio ([0-9]+)" search_in="body" assign_to="line,port"/>'
SDP = """Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=lab 1 1 IN IP4 [local_ip]
      s=-
      c=IN IP4 [local_ip]
      t=0 0
      m=audio {media_port} RTP/AVP 8 101
      a=rtpmap:8 PCMA/8000
      a=rtpmap:101 telephone-event/8000
      a=fmtp:101 0-15
      a=ptime:20
      a=sendrecv"""

_REQUEST = """{method} sip:[the_dialled]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}
      From: [the_from];tag=[pid]-[call_number]
      {to}
      Call-ID: [call_id]
      CSeq: {cseq}
      Contact: <sip:lab@[local_ip]:[local_port]>
      Max-Forwards: 70
      User-Agent: depok-lab"""

# A conversation. After the transfer key (transfer.py sends that REFER) Asterisk says by NOTIFY how it goes, and a BYE
# counts on from the REFER.
_TALK = """<label id="listen"/>
  <recv request="NOTIFY" optional="true" next="notified" {limit}/>
  <recv request="BYE" {limit}/>
  {ok}
  <nop next="end"><action><log message="bye"/></action></nop>
  <label id="notified"/>
  {ok}
  <nop next="listen"/>"""


def call_scenario(media_port: int, *, lasts: float, patience: float, extra: bool) -> str:
    """A call that is made. It reports early or talking with Asterisk's port, then bye, hung_up, refused or gave_up.

    SIPp counts a time limit from the message that it waits for next, so each answer on the way carries it.
    """
    limit = f'timeout="{_ms(patience)}" ontimeout="give_up"'
    invite = _request("INVITE", "[the_branch]", "To: <sip:[the_dialled]@[remote_ip]>", "1 INVITE")
    if extra:
        invite += "\n      [the_extra]"
    body = SDP.format(media_port=media_port)
    refusals = "\n".join(
        f'  <recv response="{code}" optional="true" next="refused" {limit}>{_log_code()}</recv>' for code in REFUSALS
    )
    return _scenario(
        "call",
        f"""
  <send retrans="200"><![CDATA[
      {invite}
      {body}
  ]]></send>
  <recv response="100" optional="true" {limit}/>
  <recv response="180" optional="true" {limit}><action><log message="ringing"/></action></recv>
  <recv response="181" optional="true" {limit}/>
  <recv response="183" optional="true" {limit}><action>{_PORT}<log message="early [$port]"/></action></recv>
{refusals}
  <recv response="200" {limit}><action>{_PORT}</action></recv>
  {_send(_request("ACK", "[branch]", "[last_To:]", "1 ACK"))}
  <nop><action><log message="talking [$port]"/></action></nop>
  {_TALK.format(limit=f'timeout="{_ms(lasts)}" ontimeout="hang_up"', ok=_reply("200 OK"))}

  <label id="hang_up"/>
  <nop><action><log message="hung_up"/></action></nop>
  {_send(_request("BYE", "[branch]", "To: <sip:[the_dialled]@[remote_ip]>[peer_tag_param]", "99 BYE"), retrans=True)}
  <recv request="BYE" optional="true" next="crossed"/>
  <recv response="200" next="end"/>
  <label id="crossed"/>
  {_reply("200 OK")}
  <nop next="end"/>

  <label id="refused"/>
  {_send(_request("ACK", "[the_branch]", "[last_To:]", "1 ACK"))}
  <nop next="end"/>

  <label id="give_up"/>
  <nop><action><log message="gave_up"/></action></nop>
  {_send(_request("CANCEL", "[the_branch]", "To: <sip:[the_dialled]@[remote_ip]>", "1 CANCEL"), retrans=True)}
  <recv response="200"/>
  <recv response="487"/>
  {_send(_request("ACK", "[the_branch]", "[last_To:]", "1 ACK"))}

  <label id="end"/>
  <nop/>
  <Reference variables="line,port,code"/>
""",
    )


def phone_scenario(
    media_port: int,
    behaviour: Behaviour,
    *,
    after: float,
    talk_seconds: float | None,
    forwards_to: str | None = None,
) -> str:
    """A phone that is called. It reports ringing, talking with Asterisk's port, then bye, hung_up or cancelled."""
    sdp = SDP.format(media_port=media_port)
    rings_for = f'timeout="{_ms(after)}" ontimeout="answer"' if behaviour == "answers" else ""
    talks_for = f'timeout="{_ms(talk_seconds)}" ontimeout="hang_up"' if talk_seconds is not None else ""
    invited = f"""
  <recv request="INVITE">
    <action>
      {_PORT}
      <ereg regexp="sip:[^>;]+" search_in="hdr" header="Contact:" assign_to="contact"/>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>
      <ereg regexp=".+" search_in="hdr" header="From:" assign_to="them"/>
      <ereg regexp=".+" search_in="hdr" header="To:" assign_to="us"/>
      <log message="ringing [$them]"/>
    </action>
  </recv>"""
    if behaviour in {"busy", "forwards"}:
        moved = f"Contact: <sip:{forwards_to}@[remote_ip]>"
        answer = _reply("486 Busy Here", tag=True)
        if behaviour == "forwards":
            answer = _reply("302 Moved Temporarily", tag=True, contact=moved)
        return _scenario(
            behaviour,
            f"""{invited}
  {answer}
  <recv request="ACK"/>
  <Reference variables="line,port,contact,cseq,them,us"/>
""",
        )
    return _scenario(
        "phone",
        f"""{invited}
  {_reply("180 Ringing", tag=True)}
  <recv request="CANCEL" {rings_for}/>
  {_reply("200 OK", tag=True)}
  {_reply("487 Request Terminated", tag=True, cseq="[$cseq] INVITE", retrans=True)}
  <recv request="ACK"/>
  <nop next="end"><action><log message="cancelled"/></action></nop>

  <label id="answer"/>
  {_reply("200 OK", tag=True, cseq="[$cseq] INVITE", retrans=True, body=sdp)}
  <recv request="CANCEL" optional="true" next="late"/>
  <recv request="ACK" next="talk"/>
  <label id="late"/>
  {_reply("481 Call/Transaction Does Not Exist", tag=False)}
  <recv request="ACK"/>
  <label id="talk"/>
  <nop><action><log message="talking [$port]"/></action></nop>
  {_TALK.format(limit=talks_for, ok=_reply("200 OK"))}

  <label id="hang_up"/>
  <nop><action><log message="hung_up"/></action></nop>
  <send retrans="200"><![CDATA[
      BYE [$contact] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From:[$us];tag=[pid]-[call_number]
      To:[$them]
      Call-ID: [call_id]
      CSeq: 99 BYE
      Max-Forwards: 70
      Content-Length: 0
  ]]></send>
  <recv request="BYE" optional="true" next="crossed"/>
  <recv response="200" next="end"/>
  <label id="crossed"/>
  {_reply("200 OK")}

  <label id="end"/>
  <nop/>
  <Reference variables="line,port,contact,cseq,them,us"/>
""",
    )


def register_request(number: str, address: str, port: int, *, expires: int) -> str:
    """Signs a phone on (or off, when it expires at once)."""
    lines = (
        f"REGISTER sip:{number}@{address} SIP/2.0",
        f"Via: SIP/2.0/UDP {address}:{port};rport;branch=z9hG4bK-{uuid.uuid4().hex}",
        f"From: <sip:{number}@{address}>;tag={uuid.uuid4().hex}",
        f"To: <sip:{number}@{address}>",
        f"Call-ID: {uuid.uuid4().hex}",
        "CSeq: 1 REGISTER",
        f"Contact: <sip:{number}@{address}:{port}>",
        f"Expires: {expires}",
        "Max-Forwards: 70",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", ""))


def _scenario(name: str, body: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="{name}">{body}</scenario>
"""


def _request(method: str, branch: str, to: str, cseq: str) -> str:
    return _REQUEST.format(method=method, branch=branch, to=to, cseq=cseq)


def _send(request: str, *, retrans: bool = False) -> str:
    again = ' retrans="200"' if retrans else ""
    return f"""<send{again}><![CDATA[
      {request}
      Content-Length: 0

  ]]></send>"""


def _reply(
    status: str,
    *,
    tag: bool = False,
    cseq: str | None = None,
    retrans: bool = False,
    body: str = "",
    contact: str = "Contact: <sip:lab@[local_ip]:[local_port]>",
) -> str:
    again = ' retrans="200"' if retrans else ""
    own_tag = ";tag=[pid]-[call_number]" if tag else ""
    return f"""<send{again}><![CDATA[
      SIP/2.0 {status}
      [last_Via:]
      [last_From:]
      [last_To:]{own_tag}
      [last_Call-ID:]
      {f"CSeq: {cseq}" if cseq else "[last_CSeq:]"}
      {contact}
      {body or "Content-Length: 0"}

  ]]></send>"""


def _log_code() -> str:
    return (
        '<action><ereg regexp="SIP/2.0 ([0-9]+)" search_in="msg" assign_to="line,code"/>'
        '<log message="refused [$code]"/></action>'
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
