"""An app of the web shell alone: a page with every component on it, and doors of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, g, request
from jinja2 import ChoiceLoader, FileSystemLoader

from tracker.kernel.actors import Actor, HeldSeat, SeatKind
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.web import access
from tracker.web.access import public, seated, set_actor_loader, signed_in
from tracker.web.forms import (
    ChoiceField,
    ChoicesField,
    CountField,
    DayField,
    FigureField,
    MoneyField,
    Required,
    SiteForm,
    TextBlock,
    TextLine,
    TickField,
    VersionedForm,
)
from tracker.web.menu import Frame, MenuGroup, MenuItem, set_menu
from tracker.web.pages import is_part_request, page, part
from tracker.web.shell import bare_app, furnish

ZHOU = Actor(7, "周敏", (HeldSeat(SeatKind.REVIEWER, unit_id=3),))
FLOWS = {
    ("新能源", "差旅费"): 9231060,
    ("新能源", "公务接待"): 3120000,
    ("新能源", "宣传印刷"): 2150000,
    ("高端装备", "差旅费"): 9500000,
    ("高端装备", "会务活动"): 3600000,
    ("高端装备", "公务接待"): 4092000,
    ("电子信息", "差旅费"): 8183000,
    ("电子信息", "宣传印刷"): 4000000,
    ("农业食品", "办公与交通"): 4241850,
    ("农业食品", "会务活动"): 2000000,
    ("现代服务", "差旅费"): 4720500,
}


class GalleryForm(SiteForm):
    """One field of every kind."""

    purpose = TextLine("报销事由", [Required("请填写事由")], most=30)
    amount = MoneyField("报销金额", [Required("请填写金额")])
    day = DayField("日期")
    team = ChoiceField("招商组团", choices=[(1, "新能源招商组团"), (2, "电子信息招商组团")], coerce=int, blank="请选择")
    note = TextBlock("备注", most=50)
    pay_by = ChoiceField("支付方式", choices=[("card", "公务卡还款"), ("person", "转个人账户"), ("vendor", "对公支付")])
    tags = ChoicesField("标签", choices=[("a", "住宿"), ("b", "交通")])
    agreed = TickField("已核对原件")
    nights = CountField("晚数", most=60)
    rate = FigureField("汇率", places=4)


class RowForm(VersionedForm):
    """A form over a row."""

    purpose = TextLine("事由", [Required("请填写事由")])


def gallery_app(**settings: Any) -> Flask:
    """Build the app; nobody has signed in until the header ``X-Who: zhou`` says so."""
    app = bare_app("gallery")
    app.config.update(SECRET_KEY="gallery", TESTING=True, **settings)
    furnish(app)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(Path(__file__).parent / "templates"), app.jinja_loader])  # type: ignore[list-item]
    set_actor_loader(
        app, lambda: ZHOU if request.headers.get("X-Who") == "zhou" or app.config.get("EVERYONE") else None
    )
    set_menu(app, _frame)
    _add_pages(app)
    _add_doors(app)
    _add_faults(app)
    access.require_classified(app)
    return app


def _frame() -> Frame:
    groups = [
        MenuGroup(
            "报销",
            [
                MenuItem("工作台", "home", "/"),
                MenuItem("待我处理", "inbox", "/gallery", 6, is_hot=True),
                MenuItem("票夹", "box", "/folder", 3),
            ],
        ),
        MenuGroup("经费", [MenuItem("预算看板", "chart", "/budget"), MenuItem("财政对账", "scale", "/reconcile")]),
    ]
    tabs = [
        MenuItem("工作台", "home", "/"),
        MenuItem("待办", "inbox", "/todo", 6),
        MenuItem("拍发票报销", "camera", "/new"),
        MenuItem("票夹", "box", "/folder"),
        MenuItem("我的", "doc", "/mine"),
    ]
    return Frame(groups, scope="2026 年度 · 精准招商工作经费", unread=5, role="牵头单位审核", tabs=tabs)


def _add_pages(app: Flask) -> None:
    @app.get("/")
    @signed_in
    def home() -> Response:
        return page("desk.html")

    @app.route("/gallery", methods=["GET", "POST"])
    @signed_in
    def gallery() -> Response:
        form = GalleryForm()
        text = request.args.get("text", "赴深圳对接新能源电池项目")
        if form.sent_and_valid():
            return Response(repr((form.purpose.data, form.amount.data, form.command_id.data)), mimetype="text/plain")
        return page(
            "gallery.html",
            form=form,
            text=text,
            span=timedelta(days=2, hours=4),
            moment_value=datetime(2026, 3, 7, 1, 31, tzinfo=UTC),
            flows={(text if team == "新能源" else team, kind): fen for (team, kind), fen in FLOWS.items()},
        )

    @app.route("/row", methods=["GET", "POST"])
    @signed_in
    def row() -> Response:
        form = RowForm(data={"version": 3})
        if form.sent_and_valid():
            form.refuse(
                Stale("别人刚改过事由，请看过再改")
                if form.version.data != 3
                else Refused("事由不合要求", field="purpose")
            )
        return page("row.html", form=form)


def _add_doors(app: Flask) -> None:
    @app.get("/officers")
    @seated(SeatKind.OFFICER, SeatKind.CASHIER)
    def officers() -> Response:
        return page("desk.html")

    @app.get("/done")
    @signed_in
    def done() -> Response:
        flash("已提交，等待周敏审核。", "ok")
        return page("desk.html")

    @app.get("/gate")
    @public
    def gate() -> Response:
        return part("piece.html") if is_part_request() else page("gate.html")

    @app.get("/rows/<int:row_id>")
    @public
    def one_row(row_id: int) -> Response:
        return Response(str(row_id), mimetype="text/plain")

    @app.get("/leaf.txt")
    @signed_in
    def leaf() -> Response:
        return Response("x", mimetype="text/plain")


def _add_faults(app: Flask) -> None:
    refusals = {
        "refused": Refused("额度不够，差 ¥1,200.00，请改用其他科目"),
        "forbidden": Forbidden("你不能看这一单"),
        "missing": NotFound(),
        "stale": Stale("别人刚改过"),
    }

    @app.get("/fault/<kind>")
    @public
    def fault(kind: str) -> str:
        if kind in refusals:
            raise refusals[kind]
        g.secret = "do-not-print-me"
        raise ZeroDivisionError("do-not-print-me")
