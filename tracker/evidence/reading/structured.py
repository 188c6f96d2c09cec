"""Invoice data in XML: 数电票, e-invoice 2019 and the XBRL vouchers, each by a table of element names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.evidence.markup import child, descendants, local_name, namespace_end, text_of
from tracker.evidence.reading import kinds, qr, values
from tracker.evidence.reading.facts import Box, Fact, Findings, Item, Leg, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from xml.etree.ElementTree import Element

    Leaf = Callable[[Element], tuple[str, Box | None]]

# Field -> element names, first one with a value wins. Names are unique within a family once the
# repeated line elements are set aside; families: invoices.md section 3.1.
_DIGITAL: Final = {
    "invoice_number": ("InvoiceNumber", "EIid"),
    "issue_date": ("IssueTime", "RequestTime"),
    "buyer_name": ("BuyerName",),
    "buyer_tax_id": ("BuyerIdNum",),
    "seller_name": ("SellerName",),
    "seller_tax_id": ("SellerIdNum",),
    "amount_ex_tax_fen": ("TotalAmWithoutTax",),
    "tax_amount_fen": ("TotalTaxAm",),
    "total_fen": ("TotalTax-includedAmount", "TotalTaxIncludedAmount"),
    "capitals_fen": ("TotalTax-includedAmountInChinese",),
    "red_of": ("OriginalInvoiceCode", "OriginalInvoiceNumber", "OriginalInvoiceNo", "BlueInvoiceNumber"),
    "remarks": ("Remark",),
}
_OLDER: Final = {
    "invoice_code": ("InvoiceCode",),
    "invoice_number": ("InvoiceNo", "InvoiceNumber"),
    "issue_date": ("IssueDate", "IssueTime"),
    "buyer_name": ("BuyerName",),
    "buyer_tax_id": ("BuyerTaxID", "BuyerIdNum"),
    "seller_name": ("SellerName",),
    "seller_tax_id": ("SellerTaxID", "SellerIdNum"),
    "amount_ex_tax_fen": ("TaxExclusiveTotalAmount", "TotalAmWithoutTax"),
    "tax_amount_fen": ("TaxTotalAmount", "TotalTaxAm"),
    "total_fen": ("TaxInclusiveTotalAmount", "TotalTax-includedAmount"),
    "capitals_fen": ("TaxInclusiveTotalAmountInChinese", "TotalTax-includedAmountInChinese"),
    "remarks": ("Note",),
}
_XBRL: Final = {
    "invoice_code": ("CodeOfInvoice", "EInvoiceCode", "InvoiceCode"),
    "invoice_number": (
        "NumberOfInvoice",
        "ElectronicInvoiceRailwayETicketNumber",
        "ElectronicInvoiceAirTransportReceiptNumber",
        "EInvoiceNumber",
        "InvoiceNumber",
    ),
    "issue_date": ("DateOfIssue", "IssueDate", "InvoiceDate"),
    "buyer_name": ("NameOfPurchaser", "PayerPartyName", "BuyerName"),
    "buyer_tax_id": (
        "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOfPurchaser",
        "UnifiedSocialCreditCodeOfPurchaser",
        "PayerPartyCode",
        "BuyerIdNum",
    ),
    "seller_name": ("NameOfSeller", "InvoicingPartyName", "IssueParty", "SellerName"),
    "seller_tax_id": (
        "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOfSeller",
        "UnifiedSocialCreditCodeOfSeller",
        "InvoicingPartyCode",
        "IssuePartyCode",
        "SellerIdNum",
    ),
    "amount_ex_tax_fen": ("TotalAmountExcludingTax",),
    "tax_amount_fen": ("TotalTaxAmount", "TaxAmount", "VatTaxAmount"),
    "total_fen": ("TaxIncludedAmountInFigures", "TotalAmount", "Fare"),
    "capitals_fen": ("TaxIncludedAmountInWords", "TotalAmountCapital", "TotalAmountInWords"),
    "red_of": ("NumberOfOriginalInvoice", "OriginalInvoiceNumber", "OriginalInvoiceCode", "BlueInvoiceNumber"),
    "remarks": ("Remarks", "Remark"),
    "passenger": ("PassengerName", "Name"),
}
_KIND_NAMES: Final = ("TypeOfVoucher", "TypeOfInvoice", "EInvoiceName", "InvoiceType")
_REPEATED: Final = {"IssuItemInformation", "GoodsInfo"}

_ITEM_NAMES: Final = {
    "name": ("ItemName", "Item", "NameOfTaxableGoodsOrServices", "NameOfGoods", "ProductName"),
    "spec": ("SpecMod", "Specification", "SpecificationModel", "Specifications"),
    "unit": ("MeaUnits", "MeasurementDimension", "Unit", "UnitOfMeasurement"),
    "quantity": ("Quantity",),
    "unit_price": ("UnPrice", "Price", "UnitPrice"),
    "amount": ("Amount", "AmountExcludingTax"),
    "tax_rate": ("TaxRate", "TaxScheme"),
    "tax": ("ComTaxAm", "TaxAmount"),
}
_XBRL_KINDS: Final = {"rai": kinds.RAIL, "atr": kinds.AIR, "efi": kinds.FISCAL}
_FISCAL_ID: Final = 18
"""A fiscal e-bill's id is its code (8) and number (10) in one."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """A voucher's header elements by name, with the way to get at an element's printed value."""

    root: Element
    leaf: Leaf
    reader: str
    header: Mapping[str, list[Element]]

    def first(self, names: tuple[str, ...]) -> tuple[str, Box | None]:
        for name in names:
            for element in self.header.get(name, ()):
                text, box = self.leaf(element)
                if text:
                    return text, box
        return "", None

    def text(self, *names: str) -> str:
        return self.first(names)[0]


def plain_leaf(element: Element) -> tuple[str, Box | None]:
    """Take an element's value from its own text, as data files do."""
    return text_of(element), None


def read_tree(root: Element, *, reader: str, leaf: Leaf = plain_leaf) -> Findings:
    """Read a voucher tree of any known family; an unknown tree gives no facts."""
    tree = _Tree(root, leaf, reader, _header_elements(root))
    if (
        namespace_end(root) == "instance"
        or any(namespace_end(one) in _XBRL_KINDS for one in root)
        or local_name(root).lower() == "xbrl"
    ):
        return _read_xbrl(tree)
    if "TotalAmWithoutTax" in tree.header or "TaxSupervisionInfo" in tree.header or "EInvoiceData" in tree.header:
        return _read_digital(tree)
    if "InvoiceNo" in tree.header or "TaxExclusiveTotalAmount" in tree.header:
        return _read_older(tree)
    return Findings()


def fact(field: str, text: str, *, reader: str, box: Box | None = None) -> Fact | None:
    """Read one field's text into a fact by the field's own rules; None if the text is no such value."""
    value = _PARSERS[field](text)
    return None if value is None else Fact(field, value, Source.STRUCTURED, reader, box=box)


def _optional(text: str) -> str | None:
    return values.tidy(text) or None


def _date(text: str) -> date | None:
    return values.day(text)


_PARSERS: Final[dict[str, Callable[[str], str | int | date | None]]] = {
    "kind": kinds.by_wording,
    "invoice_code": values.digits,
    "invoice_number": values.digits,
    "issue_date": _date,
    "buyer_name": values.name,
    "seller_name": values.name,
    "buyer_tax_id": values.tax_id,
    "seller_tax_id": values.tax_id,
    "amount_ex_tax_fen": values.amount_fen,
    "tax_amount_fen": values.tax_fen,
    "other_charges_fen": values.amount_fen,
    "total_fen": values.amount_fen,
    "capitals_fen": values.capitals_fen,
    "red_of": values.digits,
    "remarks": _optional,
    "passenger": _optional,
}


def _facts(tree: _Tree, table: Mapping[str, tuple[str, ...]]) -> list[Fact]:
    found = []
    for field, names in table.items():
        text, box = tree.first(names)
        one = fact(field, text, reader=tree.reader, box=box) if text else None
        if one is not None:
            found.append(one)
    remarks = next((str(one.value) for one in found if one.field == "remarks"), "")
    if not any(one.field == "red_of" for one in found) and (blue := values.blue_invoice(remarks)):
        found.append(Fact("red_of", blue, Source.STRUCTURED, tree.reader))
    return found


def _read_digital(tree: _Tree) -> Findings:
    facts = _facts(tree, _DIGITAL)
    label = child(next(descendants(tree.root, "GeneralOrSpecialVAT"), None), "LabelCode")
    kind = kinds.VAT_LABEL_KINDS.get(tree.leaf(label)[0].zfill(2)) if label is not None else None
    if kind:
        facts.append(Fact("kind", kind, Source.STRUCTURED, tree.reader))
    issue = child(next(descendants(tree.root, "InIssuType"), None), "LabelCode")
    notes = []
    if issue is not None and tree.leaf(issue)[0].upper() == "N":
        notes.append("红字发票")
    return Findings(tuple(facts), _items(tree, "IssuItemInformation"), notes=tuple(notes))


def _read_older(tree: _Tree) -> Findings:
    facts = _facts(tree, _OLDER)
    facts.extend(qr.read_text(tree.text("GraphCode"), reader="文件内二维码数据"))
    return Findings(tuple(facts), _items(tree, "GoodsInfo"))


def _read_xbrl(tree: _Tree) -> Findings:
    family = next((namespace_end(one) for one in tree.root.iter() if namespace_end(one) in _XBRL_KINDS), "")
    facts = _facts(tree, _XBRL)
    kind = kinds.by_wording(tree.text(*_KIND_NAMES)) or _XBRL_KINDS.get(family)
    if family == "efi":
        kind = kinds.FISCAL
        facts.extend(_fiscal_number(tree, facts))
    if kind:
        facts.append(Fact("kind", kind, Source.STRUCTURED, tree.reader))
    notes = []
    if family == "atr" or kind == kinds.AIR:
        facts = _air_amounts(tree, facts)
    if family == "rai" and values.fold(tree.text("TypeOfBusiness")) == "退":
        notes.append("这是退票凭证（退票费），请核对能否报销")
    items = tuple(
        item for one in tree.root.iter() if local_name(one).endswith("Tuple") if (item := _item(tree, one)) is not None
    )
    return Findings(tuple(facts), items, _legs(tree, family), tuple(notes))


def _fiscal_number(tree: _Tree, facts: list[Fact]) -> list[Fact]:
    """Key a bill that states only its 18-digit id by the id's parts, as the bill prints them."""
    if any(one.field == "invoice_number" for one in facts):
        return []
    whole = values.digits(tree.text("EInvoiceID"))
    if whole is None:
        return []
    if len(whole) != _FISCAL_ID:
        return [Fact("invoice_number", whole, Source.STRUCTURED, tree.reader)]
    return [
        Fact("invoice_code", whole[:8], Source.STRUCTURED, tree.reader),
        Fact("invoice_number", whole[8:], Source.STRUCTURED, tree.reader),
    ]


def _air_amounts(tree: _Tree, facts: list[Fact]) -> list[Fact]:
    """On an itinerary fare and fuel are without tax; fund and other taxes are neither ex-tax nor tax."""
    kept = [one for one in facts if one.field not in ("amount_ex_tax_fen", "total_fen", "other_charges_fen")]
    sums = {
        "amount_ex_tax_fen": ("Fare", "FuelSurcharge"),
        "other_charges_fen": ("CivilAviationDevelopmentFund", "OtherTaxes"),
    }
    for field, names in sums.items():
        parts = [values.tax_fen(tree.text(name)) for name in names if tree.text(name)]
        if parts and all(part is not None for part in parts):
            kept.append(Fact(field, sum(part or 0 for part in parts), Source.STRUCTURED, tree.reader))
    total = values.amount_fen(tree.text("TotalAmount"))
    if total is not None:
        kept.append(Fact("total_fen", total, Source.STRUCTURED, tree.reader))
    return kept


def _legs(tree: _Tree, family: str) -> tuple[Leg, ...]:
    if family == "rai":
        legs = [
            Leg(
                tree.text("DepartureStation"),
                tree.text("DestinationStation"),
                number=tree.text("TrainNumber"),
                seat=tree.text("SeatLevel"),
                day=values.day(tree.text("TravelDate")),
                time=tree.text("DepartureTime"),
            )
        ]
    else:
        groups = [one for one in tree.root.iter() if local_name(one) == "DetailInformationOfAirTicketTuple"]
        legs = [_air_leg(tree, one) for one in groups or ([tree.root] if "Flight" in tree.header else [])]
    return tuple(leg for leg in legs if leg.from_place or leg.to_place or leg.number)


def _air_leg(tree: _Tree, group: Element) -> Leg:
    def text(*names: str) -> str:
        for name in names:
            for one in descendants(group, name):
                if found := tree.leaf(one)[0]:
                    return found
        return ""

    return Leg(
        text("DepartureStation"),
        text("DestinationStation"),
        text("Carrier"),
        text("Flight"),
        text("SeatLevel", "Class"),
        values.day(text("CarrierDate", "Date", "TravelDate")),
        text("DepartureTime", "Time"),
    )


def _items(tree: _Tree, name: str) -> tuple[Item, ...]:
    found = (_item(tree, one) for one in descendants(tree.root, name))
    return tuple(one for one in found if one is not None)


def _item(tree: _Tree, group: Element) -> Item | None:
    parts = {local_name(one): tree.leaf(one)[0] for one in group}

    def text(part: str) -> str:
        return next((parts[name] for name in _ITEM_NAMES[part] if parts.get(name)), "")

    if not text("name"):
        return None
    return Item(
        values.tidy(text("name")),
        values.tidy(text("spec")),
        values.tidy(text("unit")),
        text("quantity"),
        text("unit_price"),
        values.amount_fen(text("amount")),
        rate(text("tax_rate")),
        values.tax_fen(text("tax")),
    )


def rate(text: str) -> str:
    """Write a tax rate as printed on paper: ``0.06`` and ``6.00%`` become ``6%``; words stay words."""
    plain = values.fold(text)
    hundredths = values.amount_fen(plain.removesuffix("%"))
    if hundredths is None or not plain:
        return plain
    if plain.endswith("%"):
        return f"{hundredths / 100:g}%"
    return f"{hundredths}%" if hundredths < 100 else plain  # noqa: PLR2004  0.13 is 13 percent


def _header_elements(root: Element) -> dict[str, list[Element]]:
    """Index the elements by name without those inside repeated lines, whose names would shadow the header's."""
    found: dict[str, list[Element]] = {}
    stack = [root]
    while stack:
        element = stack.pop()
        found.setdefault(local_name(element), []).append(element)
        if local_name(element) not in _REPEATED and not local_name(element).endswith("Tuple"):
            stack.extend(reversed(element))
    return found
