"""Every refusal and every fault becomes a page in the office's words; nobody is ever shown a stack trace."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, make_response, request
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from tracker.kernel.errors import Refused
from tracker.storage.files import FileLost
from tracker.web.i18n import gettext
from tracker.web.pages import PART_HEADER, draw, is_part_request

LARGEST_ID = 2**63 - 1
"""The largest key a row can have; a longer number in an address is an address that does not exist."""

_EXPIRED = _("页面已过期，这次没有提交。请回到上一页复制填过的内容，刷新后再提交")
_TITLES = {
    400: _("这个请求读不懂"),
    401: _("请先登录"),
    403: _("你不能打开这一页"),
    404: _("没有找到这一页"),
    405: _("这个地址不能这样打开"),
    409: _("单据已有变化"),
    410: _("原件找不到了"),
    413: _("内容太大"),
    415: _("不能接收这种文件"),
    422: _("这一步没有办成"),
    429: _("操作太频繁"),
    500: _("页面没有打开"),
    503: _("现在太忙"),
}
_SENTENCES = {
    400: _("地址或表单内容不完整。请回到上一页刷新后再试一次"),
    401: _("这一页要登录后才能看。请登录后再打开"),
    403: _("你没有查看这一页的权限。需要查看时请联系系统管理员"),
    404: _("地址可能写错了，内容可能已被删除，或者你不能查看。请从菜单重新进入"),
    405: _("请从菜单或上一页的按钮进入"),
    409: _("别人刚刚改过这份单据。请刷新页面，看过最新内容后再办"),
    410: _("这份文件有登记，但原件不在文件库里了。请联系系统管理员用备份恢复，恢复后再打开"),
    413: _("单个文件不能超过 10 MB。请压缩或拆分后再传"),
    415: _("请传 PDF、OFD、XML、JPG 或 PNG 文件"),
    422: _("有内容不符合要求。请回到上一页修改后再提交"),
    429: _("短时间内操作次数太多。请等一分钟再试"),
    500: _("服务器遇到意外，这次操作没有保存，管理员可以在日志里看到。请稍后再试"),
    503: _("现在办理的人太多，这一步没有保存。请稍等几秒再试一次"),
}
_CLIENT, _SERVER = 400, 500
_LOST = 410
_MOST_DIGITS = 20


def answer_refusals(app: Flask) -> None:
    """Give every refusal and fault of the app its page."""
    app.url_map.converters["int"] = RowId
    app.before_request(_limit_text)
    app.before_request(_refuse_nul_in_address)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(FileLost, _lost)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _failed)


class RowId(IntegerConverter):
    """The key of a row in an address; a number no row can have matches nothing."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def to_python(self, value: str) -> int:
        """Return the key. Raises ValidationError (not found) for more digits than a key has."""
        return int(super().to_python(value[:_MOST_DIGITS]))


def explain(status: int, sentence: str | None = None) -> Response:
    """Answer with the page of a status; ``sentence`` says more than the status can."""
    known = status if status in _TITLES else (_CLIENT if status < _SERVER else _SERVER)
    said = sentence or str(_SENTENCES[known])
    template = "errors/part.html" if is_part_request() else "errors/page.html"
    answer = make_response(draw(template, title=str(_TITLES[known]), sentence=said, status=status), status)
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add(PART_HEADER)
    return answer


def _refused(refusal: Refused) -> Response:
    return explain(refusal.status, gettext(refusal.sentence))


def _lost(error: FileLost) -> Response:
    current_app.logger.error("a stored file is gone: %s", error)
    return explain(_LOST)


def _expired(_error: CSRFError) -> Response:
    return explain(_CLIENT, str(_EXPIRED))


def _failed(error: HTTPException) -> Response:
    if error.code is None or error.code < _CLIENT:
        return error.get_response()  # type: ignore[return-value]
    answer = explain(error.code)
    carried = {"Allow", "Retry-After", "WWW-Authenticate"}
    answer.headers.extend([(name, value) for name, value in error.get_headers() if name in carried])
    return answer


def refuse_nul_in_form() -> None:
    """Refuse a posted NUL; called after the door, so that strangers' uploads are not read."""
    if any("\0" in value for pair in request.form.items(multi=True) for value in pair):
        abort(_CLIENT)


def _limit_text() -> None:
    """Only files may be large: a body without parts is read whole, so it gets the bound of a form's text."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]


def _refuse_nul_in_address() -> None:
    """Refuse a NUL: it never comes from a person, and no database takes it."""
    if "\0" in request.path or any("\0" in value for pair in request.args.items(multi=True) for value in pair):
        abort(_CLIENT)
