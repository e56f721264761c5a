"""Why the provider refused or failed, from its codes and its words in Chinese or English (quickrouter.md §5, §6)."""

import re
from collections.abc import Iterable
from typing import Final

from qr_tui.core.failures import Kind

_CODES: Final = {
    Kind.NO_BALANCE: (
        "insufficient_user_quota pre_consume_token_quota_failed insufficient_quota insufficient_balance "
        "insufficient_credits quota_not_enough billing_hard_limit_reached"
    ),
    Kind.KEY_REFUSED: "invalid_api_key invalid_token token_expired unauthorized authentication_error",
    Kind.FORBIDDEN: "access_denied permission_denied permission_error forbidden model_not_allowed",
    Kind.MODEL_UNAVAILABLE: "model_not_found model_not_available no_available_channel get_channel_failed",
    Kind.NOT_FOUND: "task_not_exist task_not_found",
    Kind.POLICY: (
        "content_policy_violation sora_content_violation sensitive_words_detected moderation_blocked "
        "moderation_failed content_filter"
    ),
    Kind.TOO_MANY_REQUESTS: "rate_limit_exceeded rate_limit_error too_many_requests",
    Kind.PROVIDER_BUSY: "overloaded overloaded_error server_busy",
}
# codes of vendors behind the relay, which come in families; matched in lower case
_CODE_FAMILIES: Final = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.POLICY, r"sensitivecontent|^base_resp 102[67]$"),
        (Kind.MODEL_UNAVAILABLE, r"^(?:modelnotopen|invalidendpointormodel)\b"),
        (Kind.PROVIDER_BUSY, r"^(?:ratelimitexceeded|quotaexceeded|serveroverloaded|modelloadingerror)\b"),
        (Kind.PROVIDER_BUSY, r"^base_resp 1002$"),
        (Kind.BAD_REQUEST, r"^(?:invalidparameter|missingparameter)\b"),
        (Kind.PROVIDER_UNPAID, r"^accountoverdueerror\b|^base_resp 1008$"),  # the relay's account with its vendor
    )
)
_KIND_OF_CODE: Final = {code: kind for kind, codes in _CODES.items() for code in codes.split()}

# In order: what says most stands first ("guardrails concerning similarity to third-party content" is third party).
_TEXTS: Final = tuple(
    (kind, re.compile("|".join(patterns), re.IGNORECASE))
    for kind, patterns in (
        (
            Kind.REAL_PEOPLE,
            (r"photo-?realistic (?:people|person|human)", r"\breal (?:people|person|human)", r"真人"),
        ),
        (
            Kind.THIRD_PARTY,
            (
                r"third[- ]party (?:content|likeness|material)",
                r"similarity to third",
                r"第三方内容",
                r"版权",
                r"copyright",
            ),
        ),
        (
            Kind.NO_BALANCE,
            (
                r"余额不足|额度不足|额度已用[尽完]|预扣费额度失败|欠费",
                r"insufficient (?:user )?(?:balance|quota|credits?|funds)",
                r"not enough (?:balance|quota|credits?)",
                r"exceeded your current quota",
                *(rf"\b{code}\b" for code in _CODES[Kind.NO_BALANCE].split()),
            ),
        ),
        (
            Kind.MODEL_UNAVAILABLE,
            (r"无可用渠道", r"no available channel", r"\bmodel_not_found\b", r"\bmodel not found"),
        ),
        (
            Kind.IMAGE_UNREACHABLE,
            (
                r"(?:fail|could not|cannot|unable)[^.]{0,40}(?:fetch|download|load|access|retriev)[^.]{0,40}image",
                r"image[^.]{0,60}(?:could not|cannot|can't|failed to)[^.]{0,20}(?:fetch|download|load|access|retriev)",
                r"(?:下载|获取|访问|加载|读取).{0,4}图片?.{0,12}(?:失败|不到|超时)",
                r"图片?.{0,12}(?:下载|获取|访问|加载|读取).{0,6}(?:失败|不到|超时)",
                r"无法(?:下载|获取|访问|加载|读取).{0,8}图",
            ),
        ),
        (
            Kind.POLICY,
            (
                r"guardrail|content[ _]policy|policy violation|usage policies|safety system|moderation",
                r"violat[^.]{0,40}(?:polic|guideline|terms)",
                r"\bunsafe\b|\bnsfw\b|\bsensitive (?:content|words?|information)",
                r"违规|违反|敏感|审核未?不?通过|内容政策",
            ),
        ),
        (
            Kind.PROVIDER_BUSY,
            (
                r"heavy load|overloaded|no available account|too busy|server busy|at capacity|queue is full",
                r"负载已?饱和|负载过高|繁忙|稍后[再重]试",
            ),
        ),
        (Kind.TOO_MANY_REQUESTS, (r"too many requests|rate limit", r"请求过于频繁|请求次数过多|频率限制")),
        (Kind.NOT_FOUND, (r"\btask_not_(?:exist|found)\b|task (?:does )?not (?:exist|found)", r"任务不存在")),
        (
            Kind.KEY_REFUSED,
            (r"(?:无效的|过期的)令牌|令牌(?:已过期|状态不可用|无效)", r"(?:invalid|incorrect) api key"),
        ),
    )
)
_FINER_THAN_POLICY: Final = frozenset({Kind.REAL_PEOPLE, Kind.THIRD_PARTY, Kind.IMAGE_UNREACHABLE})
# What such words mean inside a task that failed: the relay's own troubles with its sources, not ours with the relay.
_INSIDE_A_TASK: Final = {
    Kind.TOO_MANY_REQUESTS: Kind.PROVIDER_BUSY,
    Kind.NOT_FOUND: Kind.PROVIDER_FAILED,
    Kind.KEY_REFUSED: Kind.PROVIDER_FAILED,
    Kind.FORBIDDEN: Kind.PROVIDER_FAILED,
    Kind.BAD_REQUEST: Kind.PROVIDER_FAILED,
}


def by_code(codes: Iterable[str], words: str = "") -> Kind | None:
    """Return the kind the first known code names; a policy code is made finer by its words."""
    for code in codes:
        kind = _of_code(code.strip().lower())
        if kind is Kind.POLICY:
            finer = by_text(words)
            if finer in _FINER_THAN_POLICY:
                return finer
            return Kind.THIRD_PARTY if "policyviolation" in code.lower() else kind
        if kind:
            return kind
    return None


def _of_code(code: str) -> Kind | None:
    known = _KIND_OF_CODE.get(code)
    return known or next((kind for kind, pattern in _CODE_FAMILIES if pattern.search(code)), None)


def by_text(words: str) -> Kind | None:
    """Return the kind that `words` speak of, None when they are not known."""
    return next((kind for kind, pattern in _TEXTS if pattern.search(words)), None)


def of_failed_task(codes: Iterable[str], words: str) -> Kind:
    """Return why a task failed, given whatever its last answer says."""
    kind = by_code(codes, words) or by_text(words)
    if kind is None:
        return Kind.PROVIDER_FAILED if words else Kind.NO_REASON
    return _INSIDE_A_TASK.get(kind, kind)
