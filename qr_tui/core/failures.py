"""Every way a thing can go wrong, with its words: the one table of titles, meanings and hints."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from qr_tui.core.text.messages import N_, Detail


class Kind(StrEnum):
    """The kinds of failure, as they stand in the store and in JSON."""

    # the provider refuses or fails a video (quickrouter.md §5, §6)
    NO_BALANCE = "no_balance"
    KEY_REFUSED = "key_refused"
    FORBIDDEN = "forbidden"
    MODEL_UNAVAILABLE = "model_unavailable"
    TOO_MANY_REQUESTS = "too_many_requests"
    PROVIDER_BUSY = "provider_busy"
    PROVIDER_UNPAID = "provider_unpaid"
    POLICY = "policy"
    REAL_PEOPLE = "real_people"
    THIRD_PARTY = "third_party"
    IMAGE_UNREACHABLE = "image_unreachable"
    BAD_REQUEST = "bad_request"
    NOT_FOUND = "not_found"
    LINK_EXPIRED = "link_expired"
    NO_LINK = "no_link"
    PROVIDER_FAILED = "provider_failed"
    NO_REASON = "no_reason"
    # the way to the provider
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    UPSTREAM = "upstream"
    BAD_ANSWER = "bad_answer"
    WRONG_ADDRESS = "wrong_address"
    LOST_ANSWER = "lost_answer"
    NO_KEY = "no_key"
    PLAIN_HTTP = "plain_http"
    # the finished file
    DISK_FULL = "disk_full"
    NO_ACCESS = "no_access"
    NOT_A_VIDEO = "not_a_video"
    TOO_LARGE = "too_large"
    BAD_REDIRECT = "bad_redirect"
    FILE_CHANGED = "file_changed"
    FILE_MISSING = "file_missing"
    STALLED = "stalled"
    # on this side
    IMAGE_FILE = "image_file"
    OVER_LIMIT = "over_limit"
    NO_PRICE = "no_price"
    DUPLICATE = "duplicate"
    USAGE = "usage"
    UNKNOWN_TASK = "unknown_task"
    AMBIGUOUS = "ambiguous"
    NOT_NOW = "not_now"
    CONFIG = "config"
    KEYS = "keys"
    STORE = "store"
    RECOVERED = "recovered"
    ID_UNSAVED = "id_unsaved"
    PORT_IN_USE = "port_in_use"
    DEADLINE = "deadline"
    INTERNAL = "internal"


class Words(NamedTuple):
    """What a person reads: `short` for a list cell (at most 12 cells), a title, what it means, what to do next."""

    short: str
    title: str
    meaning: str
    hint: str


WORDS: Final[Mapping[Kind, Words]] = {
    Kind.NO_BALANCE: Words(
        N_("no balance"),
        N_("The balance is used up"),
        N_("The provider refused before making anything. Nothing was charged."),
        N_("Top up the account, then try again."),
    ),
    Kind.KEY_REFUSED: Words(
        N_("key refused"),
        N_("The key was refused"),
        N_("The provider does not accept this key. Nothing was made."),
        N_("Check the key in Connect, or with: qr-tui config set-key"),
    ),
    Kind.FORBIDDEN: Words(
        N_("not allowed"),
        N_("This key may not do that"),
        N_("The key has no right to the model or group, or not from this address."),
        N_("Choose another model, or ask the provider about the key's rights."),
    ),
    Kind.MODEL_UNAVAILABLE: Words(
        N_("model is off"),
        N_("This model is not available now"),
        N_("The provider has no channel for the model. Nothing was made."),
        N_("Choose another model; Sora was switched off at its source on 2026-09-24."),
    ),
    Kind.TOO_MANY_REQUESTS: Words(
        N_("too many"),
        N_("Too many requests"),
        N_("The provider asks for a slower pace. Nothing is lost."),
        N_("Wait: it goes on by itself, more slowly."),
    ),
    Kind.PROVIDER_BUSY: Words(
        N_("host busy"),
        N_("The provider is too busy"),
        N_("No machine was free for this video."),
        N_("Try again later; it may work unchanged."),
    ),
    Kind.PROVIDER_UNPAID: Words(
        N_("host unpaid"),
        N_("The provider's own account is in arrears"),
        N_("It has not paid those who make the videos; that is not about your balance. Nothing was made."),
        N_("Tell the provider's support, or choose another model."),
    ),
    Kind.POLICY: Words(
        N_("policy"),
        N_("Refused by the content policy"),
        N_("The prompt or an image broke the provider's rules."),
        N_("Change the prompt; the same one will be refused again."),
    ),
    Kind.REAL_PEOPLE: Words(
        N_("real people"),
        N_("Images of real people are not allowed"),
        N_("An image shows people who look real."),
        N_("Use an image without real people; the same one will be refused again."),
    ),
    Kind.THIRD_PARTY: Words(
        N_("third party"),
        N_("Too close to someone else's work"),
        N_("The result would look like protected content."),
        N_("Describe it in other words, without names of works or brands."),
    ),
    Kind.IMAGE_UNREACHABLE: Words(
        N_("bad image"),
        N_("A reference image could not be fetched"),
        N_("The provider could not load an image from its link."),
        N_("Use a link that opens without login, then send again."),
    ),
    Kind.BAD_REQUEST: Words(
        N_("bad request"),
        N_("The provider did not accept the request"),
        N_("A field has a value this model does not take. Nothing was made."),
        N_("Read the provider's words below, change the field, send again."),
    ),
    Kind.NOT_FOUND: Words(
        N_("not found"),
        N_("The provider does not know this task"),
        N_("Its id may be wrong, or another key or host may know it: the video may be made and paid all the same."),
        N_("Look again, or adopt the right id; the provider's own records show it."),
    ),
    Kind.LINK_EXPIRED: Words(
        N_("link expired"),
        N_("The link to the video has expired"),
        N_("Links live for hours or days."),
        N_("Look again: that asks for a fresh link."),
    ),
    Kind.NO_LINK: Words(
        N_("no link"),
        N_("Finished, but without a link"),
        N_("The provider says the video is done and gave no link to it yet."),
        N_("Look again; support can help with the task id."),
    ),
    Kind.PROVIDER_FAILED: Words(
        N_("failed"),
        N_("The provider could not make this video"),
        N_("Its own words stand below."),
        N_("Read them, change the request if they ask for it, then try again."),
    ),
    Kind.NO_REASON: Words(
        N_("no reason"),
        N_("Failed, and the provider gave no reason"),
        N_("The answer says failed and nothing else."),
        N_("Try again; if it repeats, send the task id to support."),
    ),
    Kind.UNREACHABLE: Words(
        N_("unreachable"),
        N_("The provider cannot be reached"),
        N_("No connection could be made, so nothing was sent."),
        N_("Check the network and the base URL; it goes on by itself."),
    ),
    Kind.TLS: Words(
        N_("TLS error"),
        N_("The provider's certificate is not trusted"),
        N_("The connection was refused before anything was sent."),
        N_("Check the base URL; behind a company proxy set ca_file in config.toml."),
    ),
    Kind.TIMEOUT: Words(
        N_("no answer"),
        N_("The provider did not answer in time"),
        N_("The line is slow or the provider is stuck."),
        N_("Nothing to do: the next look comes by itself."),
    ),
    Kind.UPSTREAM: Words(
        N_("host error"),
        N_("The provider has trouble of its own"),
        N_("It answered with a server error."),
        N_("Nothing to do: the next look comes by itself."),
    ),
    Kind.BAD_ANSWER: Words(
        N_("unreadable"),
        N_("The answer could not be read"),
        N_("What came back is not what this API sends."),
        N_("Check the base URL; the raw answer stands in the details."),
    ),
    Kind.WRONG_ADDRESS: Words(
        N_("bad address"),
        N_("Nothing answers at this address"),
        N_("The host is there, but the path or the model is not."),
        N_("Check the base URL: it ends before /v1."),
    ),
    Kind.LOST_ANSWER: Words(
        N_("answer lost"),
        N_("Sent, but the answer was lost"),
        N_("The video may have been made and paid, or not. It is never sent again by itself."),
        N_("Decide what becomes of it: adopt an id, send again (may cost twice), or drop."),
    ),
    Kind.NO_KEY: Words(
        N_("no key"),
        N_("There is no key for this host"),
        N_("Without a key nothing can be sent or looked at."),
        N_("Set QUICKROUTER_API_KEY, or run: qr-tui config set-key"),
    ),
    Kind.PLAIN_HTTP: Words(
        N_("unencrypted"),
        N_("The key is not sent over plain http"),
        N_("Anyone on the way to the host could read it. Nothing was sent."),
        N_("Use an https:// address, or allow it with: qr-tui config set host.allow_plain_http true"),
    ),
    Kind.DISK_FULL: Words(
        N_("disk full"),
        N_("There is no room for the film"),
        N_("What has arrived is kept; the video itself is safe at the provider until its link expires."),
        N_("Make room, then go on with: qr-tui download --retry-failed"),
    ),
    Kind.NO_ACCESS: Words(
        N_("no access"),
        N_("The folder for films cannot be used"),
        N_("Nothing can be written there; the video itself is safe at the provider until its link expires."),
        N_("Mend the folder or choose another (downloads.folder), then: qr-tui download --retry-failed"),
    ),
    Kind.NOT_A_VIDEO: Words(
        N_("no video"),
        N_("What came back is not a video"),
        N_("The link gave something else, a page or a message."),
        N_("Try again later with: qr-tui download --retry-failed; support can help with the task id."),
    ),
    Kind.TOO_LARGE: Words(
        N_("too large"),
        N_("The film is larger than you allow"),
        N_("It was not kept."),
        N_("Raise downloads.max_size, then: qr-tui download --retry-failed"),
    ),
    Kind.BAD_REDIRECT: Words(
        N_("bad link"),
        N_("The link leads where it may not be followed"),
        N_("It was refused before anything was fetched from there."),
        N_("Support can help with the task id."),
    ),
    Kind.FILE_CHANGED: Words(
        N_("file changed"),
        N_("The film changes while it is fetched"),
        N_("Each try brought other bytes than the one before, so nothing of it was kept."),
        N_("Try again later with: qr-tui download --retry-failed"),
    ),
    Kind.FILE_MISSING: Words(
        N_("file missing"),
        N_("The saved film is not where it was"),
        N_("It was moved, changed or deleted after it was saved."),
        N_("Put it back, or fetch it again with: qr-tui download ID"),
    ),
    Kind.STALLED: Words(
        N_("stalled"),
        N_("The download does not get on"),
        N_("The line broke again and again. What has arrived is kept; the video itself is safe at the provider."),
        N_("Go on later with: qr-tui download --retry-failed"),
    ),
    Kind.IMAGE_FILE: Words(
        N_("bad picture"),
        N_("The picture cannot be used"),
        N_("A picture of this machine cannot be read, or the route does not take it. Nothing was sent."),
        N_("Choose another picture, or give a link to it."),
    ),
    Kind.OVER_LIMIT: Words(
        N_("over limit"),
        N_("Over your own limit for today"),
        N_("Nothing was sent."),
        N_("Raise [limits] in config.toml, or wait for tomorrow."),
    ),
    Kind.NO_PRICE: Words(
        N_("no price"),
        N_("Your limit on credits cannot be checked"),
        N_("A model without a price does not count towards it."),
        N_("Set its price, as in: qr-tui config set prices.MODEL 0.8"),
    ),
    Kind.DUPLICATE: Words(
        N_("same again"),
        N_("The same video was sent a moment ago"),
        N_("An identical request went out within the last ten seconds."),
        N_("Send it again only if you want a second one: it costs again."),
    ),
    Kind.USAGE: Words(
        N_("bad input"),
        N_("That cannot be used"),
        N_("A value is missing or not of the right kind."),
        N_("Correct it and try again; nothing was lost."),
    ),
    Kind.UNKNOWN_TASK: Words(
        N_("no such task"),
        N_("No such task"),
        N_("No task here has this id or key."),
        N_("See the ids with: qr-tui list"),
    ),
    Kind.AMBIGUOUS: Words(
        N_("several"),
        N_("Several tasks fit"),
        N_("More than one task ends like this."),
        N_("Type more of the id."),
    ),
    Kind.NOT_NOW: Words(
        N_("not now"),
        N_("That cannot be done now"),
        N_("The task is not in a state for it."),
        N_("See the task's state with: qr-tui show"),
    ),
    Kind.CONFIG: Words(
        N_("bad config"),
        N_("A setting cannot be used"),
        N_("It stays as it is, and nothing else was changed."),
        N_("Correct what is named, a line of config.toml or a variable; see: qr-tui config show"),
    ),
    Kind.KEYS: Words(
        N_("bad key"),
        N_("A key of your own is not used"),
        N_("The command keeps its usual keys."),
        N_("Change it under keys in the settings, or in [keys] of config.toml."),
    ),
    Kind.STORE: Words(
        N_("store error"),
        N_("The task file cannot be used"),
        N_("Nothing was overwritten."),
        N_("See: qr-tui doctor"),
    ),
    Kind.RECOVERED: Words(
        N_("put right"),
        N_("The task file was put right"),
        N_("It goes on with the best that was left."),
        N_("See: qr-tui doctor"),
    ),
    Kind.ID_UNSAVED: Words(
        N_("id not saved"),
        N_("An id is not saved"),
        N_("Its video may be made and paid for."),
        N_("Make room on the disk; qr-tui goes on trying while it runs."),
    ),
    Kind.PORT_IN_USE: Words(
        N_("port in use"),
        N_("The port is in use"),
        N_("Another program listens there."),
        N_("Choose another with --port."),
    ),
    Kind.DEADLINE: Words(
        N_("not finished"),
        N_("Still running at the deadline"),
        N_("The task goes on at the provider and stays in the list."),
        N_("Go on watching with: qr-tui watch"),
    ),
    Kind.INTERNAL: Words(
        N_("our fault"),
        N_("qr-tui made a mistake"),
        N_("Your tasks are on disk."),
        N_("The log has the details; see: qr-tui doctor"),
    ),
}

# what to do next where a task is in hand, by the keys that do it: `{retry}`, `{look}`, `{decide}`,
# `{download}`
KEY_HINTS: Final[Mapping[Kind, str]] = {
    Kind.NO_BALANCE: N_("Top up the account, then press {retry} to try again."),
    Kind.PROVIDER_BUSY: N_("Try again later with {retry}; it may work unchanged."),
    Kind.NOT_FOUND: N_(
        "Press {look} to look again, or {decide} to adopt the right id; the provider's own records show it."
    ),
    Kind.LINK_EXPIRED: N_("Press {look} to ask for a fresh link."),
    Kind.NO_LINK: N_("Press {look} to ask again; support can help with the task id."),
    Kind.PROVIDER_FAILED: N_("Read them, change the request if they ask for it, then {retry} tries again."),
    Kind.NO_REASON: N_("Try again with {retry}; if it repeats, send the task id to support."),
    Kind.LOST_ANSWER: N_("Press {decide} to decide: adopt an id, send again (may cost twice), or drop."),
    Kind.DISK_FULL: N_("Make room, then {download} goes on."),
    Kind.NO_ACCESS: N_("Mend the folder or choose another in the settings, then {download} fetches it."),
    Kind.NOT_A_VIDEO: N_("Try again later with {download}; support can help with the task id."),
    Kind.TOO_LARGE: N_("Raise downloads.max_size in the settings, then {download} fetches it."),
    Kind.FILE_CHANGED: N_("Try again later with {download}."),
    Kind.FILE_MISSING: N_("Put it back, or press {download} to fetch it again."),
    Kind.STALLED: N_("Press {download} to go on."),
}
# the same on the command line, where there are no keys to press
SHELL_HINTS: Final[Mapping[Kind, str]] = {
    Kind.NO_BALANCE: N_("Top up the account, then: qr-tui retry ID"),
    Kind.PROVIDER_BUSY: N_("Try again later with: qr-tui retry ID; it may work unchanged."),
    Kind.NOT_FOUND: N_("Find the right id in the provider's own records, then: qr-tui decide ID --adopt TASK_ID"),
    Kind.LINK_EXPIRED: N_("The app asks for a fresh link, when it looks again."),
    Kind.NO_LINK: N_("The app can look again; support can help with the task id."),
    Kind.PROVIDER_FAILED: N_("Read them, change the request if they ask for it, then: qr-tui retry ID"),
    Kind.NO_REASON: N_("Try again with: qr-tui retry ID; if it repeats, send the task id to support."),
    Kind.LOST_ANSWER: N_("Decide what becomes of it, with: qr-tui decide ID"),
}


def shell_hint(kind: Kind) -> str:
    """Return what to do next, for a person at a command line, untranslated."""
    return SHELL_HINTS.get(kind, WORDS[kind].hint)


class Trouble(Exception):
    """An error that a person should read: raised by any room, shown by any front end.

    Args:
        kind: Its row in `WORDS`.
        detail: What exactly: a message, or words from outside, which may be hostile, so show it inert.
        request_id: The provider's id of the request, for support.
    """

    def __init__(self, kind: Kind, detail: Detail = "", *, request_id: str | None = None) -> None:
        super().__init__(str(detail) or WORDS[kind].title)
        self.kind = kind
        self.detail = detail
        self.request_id = request_id
