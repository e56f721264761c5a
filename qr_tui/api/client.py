"""The provider, as calls: create, query, models, balance (quickrouter.md §2–§4)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urljoin

import httpx

from qr_tui.api import errors, proxies, reader
from qr_tui.api.links import link, segment, within
from qr_tui.api.transport import HttpResponse, Timeouts, exchange, make_client
from qr_tui.core.address import is_insecure, normalise
from qr_tui.core.answers import Balance, CallFailed, Created, Delivery, HostModel, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import FIRST_QUERY
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.wire.body import Wire
from qr_tui.secrets import Key

_FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})
# A host that has no billing call answers with anything: then no balance is shown, and nothing is wrong.
_NO_BILLING: Final = frozenset(
    {Kind.NOT_FOUND, Kind.WRONG_ADDRESS, Kind.FORBIDDEN, Kind.BAD_ANSWER, Kind.BAD_REQUEST, Kind.UPSTREAM}
)
_SLOWEST_LINE: Final = 50_000  # bytes a second: a request with pictures is given this much more time
_SHORTEST_SECRET: Final = 6  # characters; anything shorter is a word that may stand in any answer


class QuickRouter:
    """One host with one key. Every failure is `CallFailed`; nothing is ever sent twice by this class.

    Building it reads certificates (some 40 ms, once): do it off the event loop. A `create` that is cancelled may have
    been delivered.

    Args:
        base_url: The host; normalised here.
        key: The key; it goes into the header of requests to this host and nowhere else.
        ca_file: Certificates to trust besides the usual ones.
        timeouts: Patience.
        allow_plain_http: Whether the key may go to another machine over a line that is not encrypted.

    Raises:
        Trouble: USAGE for a bad address, PLAIN_HTTP for one that the key may not go to, NO_KEY for a key of another
            host, KEY_REFUSED for a key no header can hold, CONFIG for a `ca_file` that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        key: Key,
        *,
        ca_file: str = "",
        timeouts: Timeouts | None = None,
        allow_plain_http: bool = False,
    ) -> None:
        self.base_url = normalise(base_url)
        if is_insecure(self.base_url) and not allow_plain_http:
            raise CallFailed(Kind.PLAIN_HTTP, self.base_url, delivery=Delivery.NOT_SENT)
        if key.base_url and normalise(key.base_url) != self.base_url:
            detail = Message(N_("the key belongs to another host"))
            raise CallFailed(Kind.NO_KEY, detail, delivery=Delivery.NOT_SENT)
        self._secret = key.reveal()
        if not re.fullmatch(r"[!-~]+", self._secret):
            detail = Message(N_("the key holds characters that no key has"))
            raise CallFailed(Kind.KEY_REFUSED, detail, delivery=Delivery.NOT_SENT)
        self._timeouts = timeouts or Timeouts()
        self._proxy = proxies.for_host(self.base_url)
        self._reader = make_client(
            self.base_url, ca_file=ca_file, timeouts=self._timeouts, proxy=self._proxy, posts=False
        )
        self._sender = make_client(
            self.base_url, ca_file=ca_file, timeouts=self._timeouts, proxy=self._proxy, posts=True
        )

    async def create(self, wire: Wire, files: Mapping[str, bytes] | None = None) -> Created:
        """Ask for a video, once. From a good return on it has been paid.

        Args:
            wire: The request as it leaves.
            files: The bytes of its files, by the name of their part.

        Raises:
            CallFailed: `delivery` says whether it may be sent again.
        """
        post = self._post(wire, files or {})
        patience = self._timeouts.create_whole + len(await post.aread()) / _SLOWEST_LINE
        try:
            answer = await self._exchange(self._sender, post, whole=patience)
        except CallFailed as error:
            if error.delivery is Delivery.UNKNOWN:
                raise errors.lost(error.detail) from None
            raise
        if not 200 <= answer.status < 300:
            ids = reader.read_ids(answer.body)
            if ids:
                raise errors.lost_with_ids(ids, answer.status, answer.headers, answer.body)
            raise errors.create_failed(answer.status, answer.headers, answer.body, str(post.url))
        try:
            return reader.read_created(answer.body, answer.headers, answer.status)
        except CallFailed as error:
            if not answer.broken or error.delivery is not Delivery.UNKNOWN:
                raise
        raise errors.lost(answer.broken.detail, answer.status, answer.headers, answer.body)

    def _post(self, wire: Wire, files: Mapping[str, bytes]) -> httpx.Request:
        url, headers = f"{self.base_url}{wire.path}", self._headers() | {"Connection": "close"}
        if wire.is_form:
            parts = {name: (f"{name}.{file.type}", files[name], file.media_type) for name, file in wire.files.items()}
            return self._sender.build_request("POST", url, data=wire.body, files=parts, headers=headers)
        try:
            text = json.dumps(wire.body, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError):
            detail = Message(N_("a parameter cannot be written as JSON"))
            raise CallFailed(Kind.USAGE, detail, delivery=Delivery.REFUSED) from None
        headers["Content-Type"] = "application/json"
        return self._sender.build_request("POST", url, content=text.encode("utf-8", "replace"), headers=headers)

    async def query(self, task_id: str, path: str = FIRST_QUERY) -> QueryResult:
        """Look at a task once, at `path`, with ``{id}`` for its id.

        Raises:
            CallFailed: The look failed, which says nothing about the task.
        """
        answer = await self._get(path.replace("{id}", segment(task_id)))
        return reader.read_look(answer.body, answer.headers, self.base_url)

    async def query_many(self, task_ids: Sequence[str], path: str) -> dict[str, QueryResult]:
        """Look at several tasks at once, at `path`, with ``{ids}`` for their ids; the answer may lack some of them.

        Raises:
            CallFailed: The look failed, which says nothing about the tasks.
        """
        answer = await self._get(path.replace("{ids}", ",".join(map(segment, task_ids))))
        return reader.read_many(answer.body, self.base_url)

    async def models(self) -> tuple[HostModel, ...]:
        """Return the models this key can use: the cheap way to test a key.

        Raises:
            CallFailed: They could not be read.
        """
        answer = await self._get("/v1/models")
        return reader.read_models(answer.body, answer.headers)

    async def balance(self) -> Balance | None:
        """Return what is left, None where the host does not tell.

        Raises:
            CallFailed: The host could not be asked, or refused the key.
        """
        try:
            subscription = await self._get("/v1/dashboard/billing/subscription")
            usage = await self._get("/v1/dashboard/billing/usage")
        except CallFailed as error:
            if error.kind in _NO_BILLING:
                return None
            raise
        return reader.read_balance(subscription.body, usage.body)

    def content_url(self, task_id: str, path: str) -> str:
        """Return where this host itself hands out the finished file, at the route's `path`; it asks for the key."""
        return f"{self.base_url}{path.replace('{id}', segment(task_id))}"

    async def content_link(self, task_id: str, path: str) -> str | None:
        """Return the link that the content call leads to, itself when it hands out the video, None when neither.

        The last place a link can be (quickrouter.md §3); only the first byte of a video is asked for. `path` is the
        route's.

        Raises:
            CallFailed: The host could not be asked.
        """
        url = self.content_url(task_id, path)
        request = self._reader.build_request("GET", url, headers=self._headers() | {"Range": "bytes=0-0"})
        answer = await self._exchange(self._reader, request, whole=self._timeouts.read_whole)
        if answer.status in _FOLLOWED:
            return link(urljoin(url, answer.headers.get("location", "")))
        if not 200 <= answer.status < 300:
            return None
        if answer.headers.get("content-type", "").startswith(("video/", "application/octet-stream")):
            return url
        return reader.read_link(answer.body, self.base_url)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._reader.aclose()
        await self._sender.aclose()

    async def _get(self, path: str) -> HttpResponse:
        """Return a good and whole answer to a reading call; a redirect is followed once, and only within this host."""
        url = f"{self.base_url}{path}"
        answer = await self._read(url)
        if answer.status in _FOLLOWED:
            target = within(url, answer.headers.get("location", ""))
            if target:
                answer = await self._read(target)
        if not 200 <= answer.status < 300:
            raise errors.get_failed(answer.status, answer.headers, answer.body, url)
        if answer.broken:
            raise errors.get_cut(answer.broken, answer.status, answer.body)
        return answer

    async def _read(self, url: str) -> HttpResponse:
        request = self._reader.build_request("GET", url, headers=self._headers())
        return await self._exchange(self._reader, request, whole=self._timeouts.read_whole)

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request, *, whole: float) -> HttpResponse:
        try:
            return self._clean(await exchange(client, request, whole=whole))
        except CallFailed as error:
            if self._proxy is None or error.delivery is not Delivery.NOT_SENT:
                raise
            detail = self._proxy.behind(error.detail)
            failure = CallFailed(error.kind, detail, delivery=error.delivery)
        raise failure

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secret}"}

    def _clean(self, answer: HttpResponse) -> HttpResponse:
        """Take the key out of an answer that repeats it ("Incorrect API key provided: …")."""
        secret = self._secret.encode()
        if len(secret) < _SHORTEST_SECRET or secret not in answer.body:
            return answer
        return answer._replace(body=answer.body.replace(secret, b"[redacted]"))
