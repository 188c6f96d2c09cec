"""The trail in the office's words: acts, subjects, facts and their values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.kernel.actors import SEAT_NAMES, SeatKind
from tracker.kernel.clock import OFFICE
from tracker.kernel.money import format_yuan

SUBJECT_NAMES: dict[str, str] = {
    "claim": "报销单",
    "voucher": "报销凭证",
    "fund": "经费",
    "payee": "收款账户",
    "evidence": "附件",
    "person": "人员与账号",
    "seat": "席位",
    "unit": "单位",
    "team": "组团",
    "secondment": "抽调",
    "room": "办公用房",
    "equipment": "设备",
    "intake": "设备入库",
    "handover": "调拨单",
    "stocktake": "盘点",
    "standard": "配置标准",
    "fault": "报修",
}

ACTION_NAMES: dict[str, str] = {
    "claim.open": "新建草稿",
    "claim.copy": "复制为新单",
    "claim.save": "保存草稿",
    "claim.attach": "添加附件",
    "claim.detach": "移除附件",
    "claim.name_file": "写明附件种类",
    "claim.discard": "删除草稿",
    "claim.submit": "提交审核",
    "claim.hand_over": "移交报销单",
    "claim.withdraw": "撤回",
    "claim.return": "退回修改",
    "claim.step_back": "退回上一步",
    "claim.deduct": "核减",
    "claim.pass": "同意",
    "claim.approve": "同意并编号",
    "claim.reject": "不同意",
    "claim.comment": "留言",
    "claim.verify": "复核通过",
    "claim.finance_return": "退回牵头单位",
    "claim.void": "作废",
    "claim.pay_part": "支付一部分",
    "claim.pay_rest": "支付",
    "claim.payment_returned": "登记退票",
    "claim.last_payment_returned": "登记退票",
    "voucher.issue": "编号",
    "voucher.print": "打印",
    "voucher.void": "作废",
    "voucher.scan_back": "归档签字件",
    "fund.add_category": "增加科目",
    "fund.set_route": "修改审批路线",
    "fund.issue": "年初下达",
    "fund.supplement": "追加",
    "fund.cut": "追减",
    "fund.move": "调剂",
    "fund.recall": "收回",
    "fund.limit": "分项限额",
    "payee.add": "增加账户",
    "payee.close": "停用账户",
    "evidence.keep": "上传附件",
    "person.add": "添加人员",
    "person.change": "修改人员",
    "account.sign_in": "登录",
    "account.sign_out": "退出登录",
    "account.sign_out_everywhere": "退出其他浏览器",
    "account.rest": "连续输错密码，暂停登录",
    "account.change_password": "修改密码",
    "account.reset_password": "重置密码",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.unlock": "解除暂停",
    "seat.give": "授予席位",
    "seat.change_term": "修改任期",
    "seat.cancel": "取消未生效席位",
    "secondment.record": "登记抽调",
    "secondment.extension": "延长抽调",
    "secondment.early_end": "提前结束抽调",
    "secondment.change_post": "登记职务职级变化",
    "secondment.confirm": "原单位半年确认",
    "secondment.waive": "写明半年不再确认",
    "secondment.settle": "写明变化怎样处理",
    "secondment.correct": "更正抽调记录",
    "secondment.add_scan": "补传抽调扫描件",
    "secondment.leave": "办返岗",
    "secondment.cancel": "取消抽调",
    "unit.add": "添加单位",
    "unit.change": "修改单位",
    "unit.close": "撤销单位",
    "team.add": "添加组团",
    "team.change": "修改组团",
    "team.close": "撤销组团",
    "room.add": "登记用房",
    "room.change": "修改用房",
    "room.provide": "提供给组团",
    "room.take_back": "收回用房",
    "room.cancel": "取消提供",
    "room.seat": "安排工位",
    "room.free": "腾空工位",
    "equipment.register": "登记设备",
    "equipment.photo": "上传照片",
    "equipment.correct": "更正卡片",
    "equipment.issue": "领用",
    "equipment.transfer": "调拨",
    "equipment.return": "归还",
    "equipment.lend": "借用",
    "equipment.repair": "送修",
    "equipment.repaired": "修好取回",
    "equipment.dispose": "报废处置",
    "handover.received": "确认收到",
    "handover.scan": "归档签字件",
    "stocktake.open": "发起盘点",
    "stocktake.count": "盘到",
    "stocktake.tag": "记录范围外标签",
    "stocktake.drop_tag": "撤去误记标签",
    "stocktake.explain": "说明差异",
    "stocktake.sign": "盘点签字",
    "standard.verify": "核实标准",
    "standard.unverify": "改为未核实",
    "standard.adopt": "采用新标准",
    "standard.take_over": "导入整套标准",
    "standard.use": "采用标准",
    "standard.end": "停用标准",
    "fault.report": "报修",
    "fault.close": "关闭报修",
}

FIELD_NAMES: dict[str, str] = {
    "state": "状态",
    "step": "步骤",
    "round": "轮次",
    "version": "版次",
    "claimed_fen": "申报金额（元）",
    "deducted_fen": "核减金额（元）",
    "fund_id": "经费序号",
    "team_id": "组团序号",
    "beneficiary_id": "报销人序号",
    "payee_id": "收款账户序号",
    "purpose": "事由",
    "lines": "明细",
    "line": "行号",
    "line_deducted_fen": "本行核减（元）",
    "category_id": "科目序号",
    "spent_on": "费用日期",
    "summary": "说明",
    "bill_number": "票据号码",
    "paid_fen": "已付金额（元）",
    "amount_fen": "金额（元）",
    "quota_fen": "年度限额（元）",
    "head_from_fen": "负责人审批起点（元）",
    "with_liaison": "联络员核对",
    "together_up_to_fen": "批量同意上限（元）",
    "category": "科目",
    "economic_code": "经济分类",
    "paper": "文号",
    "kind": "类别",
    "changes": "变动",
    "method": "支付方式",
    "bank": "开户行",
    "tail": "账号尾号",
    "sha256": "文件摘要",
    "size": "字节数",
    "media": "格式",
    "sign_in_name": "账号",
    "name": "名称",
    "model": "规格型号",
    "edition": "目录版本",
    "class_code": "分类代码",
    "bought_on": "购置日期",
    "source": "来源",
    "source_paper": "来源凭据",
    "serial": "序列号",
    "life_years": "使用年限（年）",
    "exception": "超标准审批",
    "short_name": "简称",
    "home_unit": "原单位",
    "lead_unit": "牵头单位",
    "post": "职务",
    "credit_code": "统一社会信用代码",
    "address": "网络地址",
    "browser": "浏览器",
    "browsers": "退出的浏览器数",
    "failures": "连续输错次数",
    "locked_until": "暂停至",
    "disabled_at": "停用时间",
    "closed_at": "撤销时间",
    "held_from": "任期起",
    "begins_on": "开始日期",
    "paper_dated": "文件日期",
    "id_number": "身份证号",
    "phone": "手机",
    "effective_on": "生效日期",
    "post_kind": "岗位性质",
    "level": "职务层次",
    "duty": "职务",
    "rank": "职级",
    "title": "职称",
    "pay_grade": "工资档次",
    "station": "驻点",
    "full_time": "全脱产",
    "team": "组团",
    "half": "半年",
    "duty_same": "职务没有变化",
    "rank_same": "职级没有变化",
    "title_same": "职称没有变化",
    "pay_same": "工资福利没有变化",
    "account_ended": "停用账号",
    "last_day": "任期止",
    "seat": "席位",
    "place": "所在",
    "person": "人员",
    "prints": "打印次数",
    "number": "编号",
    "content_hash": "内容摘要",
    "evidence_id": "附件号",
    "line_key": "明细行",
    "signed_scan_id": "签字件附件号",
    "things": "设备",
    "count": "件数",
    "unit": "单位",
    "due_on": "约定归还",
    "seats": "工位数",
    "seat_number": "工位",
    "area": "面积（平方米）",
    "outcome": "盘点结果",
    "voucher": "报销凭证",
    "claim": "报销单",
    "closes_on": "截止日期",
    "figure": "标准数值",
}

VALUE_NAMES: dict[str, dict[str, str]] = {
    "state": {
        "draft": "草稿",
        "in_route": "审核中",
        "returned": "退回待改",
        "rejected": "不同意",
        "approved": "待财政复核",
        "accepted": "待支付",
        "part_paid": "部分支付",
        "paid": "已支付",
        "discarded": "已删除",
    },
    "step": {"liaison": "核对", "review": "审核", "head": "审批", "verify": "复核", "pay": "支付"},
    "method": {"card": "公务卡还款", "person": "转个人账户", "vendor": "对公支付"},
    "kind": {
        "invoice": "发票",
        "itinerary": "行程单",
        "approval": "审批单",
        "guest_list": "接待清单",
        "letter": "公函",
        "payment_proof": "支付凭据",
        "signed_paper": "签字纸质件",
        "budget_paper": "指标文件",
        "other": "其他附件",
    },
}

MISSING = "--"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True)
class Fact:
    """One fact of a trail line as people read it; ``before`` or ``after`` is ``--`` when there was none."""

    label: str
    before: str
    after: str


def action_name(action: str) -> str:
    """Name an act; one that has no name yet is told as it was recorded."""
    return ACTION_NAMES.get(action, action)


def subject_name(kind: str) -> str:
    """Name a kind of subject."""
    return SUBJECT_NAMES.get(kind, kind)


def area_name(action: str) -> str:
    """Name what an act is about: the part before its dot."""
    area = action.partition(".")[0]
    return {"account": "账号", "person": "人员"}.get(area) or SUBJECT_NAMES.get(area, area)


def seat_name(seat: str) -> str:
    """Name the seat an act was done in; none was needed for one's own account."""
    return SEAT_NAMES[SeatKind(seat)] if seat in set(SeatKind) else MISSING


def chain_name(chain: str) -> str:
    """Name a chain: the office's own, or that of a fund by its number."""
    fund_id = chain.removeprefix("fund:")
    return f"经费 {fund_id}" if fund_id != chain else "人员、单位与账号"


def facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Fact]:
    """Lay before and after side by side, leaving out what stayed the same."""
    keys = list(dict.fromkeys([*before, *after]))
    return [
        Fact(FIELD_NAMES.get(key, key), told(key, before.get(key)), told(key, after.get(key)))
        for key in keys
        if key not in before or key not in after or before[key] != after[key]
    ]


def told(key: str, value: Any) -> str:
    """Write one value of a fact: money in yuan, moments in office time, words by their names."""
    if value is None or value in ("", []):
        return MISSING
    if isinstance(value, Mapping):
        return "，".join(f"{FIELD_NAMES.get(inner, inner)} {told(inner, item)}" for inner, item in value.items())
    if isinstance(value, list):
        return "；".join(told(key, item) for item in value)
    return _one_told(key, value)


def _one_told(key: str, value: str | float) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int) and key.endswith("_fen"):
        return format_yuan(value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return _in_office_time(value)
    return VALUE_NAMES.get(key, {}).get(str(value), str(value))


def _in_office_time(iso: str) -> str:
    try:
        return f"{datetime.fromisoformat(iso).astimezone(OFFICE):%Y-%m-%d %H:%M}"
    except ValueError:
        return iso
