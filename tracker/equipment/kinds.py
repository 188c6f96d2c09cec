"""What kinds of things the office keeps, and the words of their lives and papers."""

from __future__ import annotations

from enum import StrEnum


class ItemKind(StrEnum):
    """The office's own classes; official codes come from a classification with its edition."""

    DESKTOP = "desktop"
    LAPTOP = "laptop"
    PRINTER_A4 = "printer_a4"
    PRINTER_A4_COLOUR = "printer_a4_colour"
    PRINTER_A3 = "printer_a3"
    PRINTER_A3_COLOUR = "printer_a3_colour"
    BILL_PRINTER = "bill_printer"
    COPIER = "copier"
    FAX = "fax"
    SCANNER = "scanner"
    SHREDDER = "shredder"
    PROJECTOR = "projector"
    DESK = "desk"
    CHAIR = "chair"
    BOOKCASE = "bookcase"
    FILING_CABINET = "filing_cabinet"
    SAFE = "safe"
    SOFA = "sofa"
    TEA_TABLE = "tea_table"
    MEETING_TABLE = "meeting_table"
    MEETING_CHAIR = "meeting_chair"
    OTHER = "other"


KIND_NAMES: dict[ItemKind, str] = {
    ItemKind.DESKTOP: "台式电脑",
    ItemKind.LAPTOP: "笔记本电脑",
    ItemKind.PRINTER_A4: "A4 黑白打印机",
    ItemKind.PRINTER_A4_COLOUR: "A4 彩色打印机",
    ItemKind.PRINTER_A3: "A3 黑白打印机",
    ItemKind.PRINTER_A3_COLOUR: "A3 彩色打印机",
    ItemKind.BILL_PRINTER: "票据打印机",
    ItemKind.COPIER: "复印机",
    ItemKind.FAX: "一体机/传真机",
    ItemKind.SCANNER: "扫描仪",
    ItemKind.SHREDDER: "碎纸机",
    ItemKind.PROJECTOR: "投影仪",
    ItemKind.DESK: "办公桌",
    ItemKind.CHAIR: "办公椅",
    ItemKind.BOOKCASE: "书柜",
    ItemKind.FILING_CABINET: "文件柜",
    ItemKind.SAFE: "保密柜",
    ItemKind.SOFA: "沙发",
    ItemKind.TEA_TABLE: "茶几",
    ItemKind.MEETING_TABLE: "会议桌",
    ItemKind.MEETING_CHAIR: "会议椅",
    ItemKind.OTHER: "其他",
}

_COMPUTERS = {ItemKind.DESKTOP, ItemKind.LAPTOP, ItemKind.PROJECTOR}
_MACHINES = {kind for kind in ItemKind if kind.value.startswith(("printer", "bill"))} | {
    ItemKind.COPIER,
    ItemKind.FAX,
    ItemKind.SCANNER,
    ItemKind.SHREDDER,
}
KIND_ICONS: dict[ItemKind, str] = {
    kind: "pc" if kind in _COMPUTERS else "print" if kind in _MACHINES else "box" if kind is ItemKind.OTHER else "desk"
    for kind in ItemKind
}


class Edition(StrEnum):
    """A classification's edition: the same code means other things in another one, so both are kept."""

    GB_2010 = "gb14885_2010"
    CATALOGUE_OLD = "catalogue_old"
    CATALOGUE_2022 = "catalogue_2022"


EDITION_NAMES: dict[Edition, str] = {
    Edition.GB_2010: "GB/T 14885-2010",
    Edition.CATALOGUE_OLD: "政府采购品目分类目录（2022 年版以前）",
    Edition.CATALOGUE_2022: "政府采购品目分类目录（2022 年版）",
}


class Source(StrEnum):
    """How an item came to its owner."""

    PURCHASE = "purchase"
    ALLOCATION = "allocation"
    DONATION = "donation"
    FOUND = "found"


SOURCE_NAMES: dict[Source, str] = {
    Source.PURCHASE: "政府采购",
    Source.ALLOCATION: "调拨划入",
    Source.DONATION: "接受捐赠",
    Source.FOUND: "盘盈",
}


class RoomUse(StrEnum):
    """What a room is for; area a head counts offices alone."""

    OFFICE = "office"
    COMMON = "common"
    STORE = "store"


ROOM_USES: dict[RoomUse, str] = {RoomUse.OFFICE: "办公室", RoomUse.COMMON: "公共区域", RoomUse.STORE: "库房"}
