"""Rules about the files of a claim: what an invoice says against what is claimed, and what looks like another paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, select

from tracker.claims import facts
from tracker.claims.case import Case, Finding, Level, Part, placed
from tracker.claims.filing import FiledLine
from tracker.claims.leanings import leaning_of
from tracker.claims.lifecycle import LIVE_STATES
from tracker.claims.models import Attachment, Claim
from tracker.evidence import keys, queries
from tracker.evidence.models import LikenessWord
from tracker.evidence.queries import MATCH_NAMES, Known, LookAlike, Match, TakenBack
from tracker.evidence.reading import Reading
from tracker.evidence.stays import stay_of
from tracker.evidence.titles import Title, TitleAnswer, check_title, titles_of
from tracker.kernel.money import format_yuan
from tracker.kernel.text import listed, tell

TITLE_SENTENCES: Mapping[TitleAnswer, str] = {
    TitleAnswer.MISSING: "发票上没有购买方抬头，请核对原件，或请销售方重开",
    TitleAnswer.UNREAD: "文件里没有读到发票抬头，请对照原件核对",
    TitleAnswer.PERSON: "发票抬头是个人，不是付款单位，请核对能否报销，或请销售方重开",
    TitleAnswer.WRONG_ID: "发票抬头名称对，税号不对，请销售方重开",
    TitleAnswer.WRONG_NAME: "发票税号对，抬头名称不对，请核对是否要重开",
    TitleAnswer.OTHER: "发票抬头不是付款单位，请核对是否传错，或请销售方重开",
    TitleAnswer.OUT_OF_DATE: "发票抬头在开票那天已停用，请核对开票日期，或请销售方重开",
}
"""What is said of a title that is not good; of the others nothing."""


@dataclass(frozen=True)
class Paper:
    """A file at a line with what it says."""

    line: FiledLine
    where: str
    handle: str
    known: Known
    reading: Reading


def what_files_say(case: Case) -> Iterator[Finding]:
    """Hold what the files at the lines say against the lines, the paying unit and the fund."""
    papers = _papers(case)
    if not papers:
        return
    back = queries.taken_back(case.session, [(paper.known.code, paper.known.number) for paper in papers])
    titles = titles_of(case.session, case.claim.team.lead_unit_id)
    answers = []
    for paper in papers:
        answer = check_title(paper.reading, titles)
        answers.append(answer)
        yield from _red(case, paper, papers, back)
        yield from _title(paper, answer, titles)
        for rule in _RULES:
            yield from rule(case, paper)
    if TitleAnswer.GOOD in answers and not set(answers) & set(TITLE_SENTENCES):
        yield Finding(Level.PASS, Part.BILLS, "发票抬头、税号一致")


def _papers(case: Case) -> list[Paper]:
    lines = {line.key: line for line in case.filing.lines}
    laid = {one.evidence_id: one for one in case.claim.attachments if one.line_key in lines}
    known = queries.readings_of(case.session, laid)
    found = []
    for evidence_id, one in laid.items():
        said = known.get(evidence_id)
        if said is not None and said.reading is not None:
            line = lines[one.line_key]
            found.append(Paper(line, case.place(line), one.evidence.handle, said, said.reading))
    return found


def _red(
    case: Case, paper: Paper, papers: Sequence[Paper], back: Mapping[tuple[str, str], TakenBack]
) -> Iterator[Finding]:
    if paper.reading.red_letter:
        sentence = placed(paper.where, tell("这是红字发票，不能报销；请删除这一行"))
        yield Finding(Level.BLOCK, Part.BILLS, sentence, paper.line.key, "files")
    key = _key(paper)
    red = back.get(key)
    if red is None:
        return
    numbers = "、".join(number for number in red.numbers if number)
    by = tell("（红字发票 %(number)s）", number=numbers) if numbers else ""
    left = red.left_of(paper.reading.total_fen)
    if left:
        asked = sum({one.line.key: one.line.claimed_fen for one in papers if _key(one) == key}.values())
        used = keys.used_elsewhere(case.session, [key], claim_id=case.claim.id).get(key)
        asked += used.used_fen if used is not None else 0
        wording = (
            "这张发票已被部分红冲%(by)s，连同已报的最多可报 %(left)s 元，现在是 %(asked)s 元；请改小金额"
            if asked > left
            else "这张发票已被部分红冲%(by)s，连同已报的最多可报 %(left)s 元，现在是 %(asked)s 元；请核对"
        )
        told = tell(wording, by=by, left=format_yuan(left), asked=format_yuan(asked))
        level = Level.BLOCK if asked > left else Level.WARN
        yield Finding(level, Part.BILLS, placed(paper.where, told), paper.line.key, "files")
    else:
        sentence = placed(paper.where, tell("这张发票已被红冲%(by)s，不能报销；请删除这一行，或换重开的发票", by=by))
        yield Finding(Level.BLOCK, Part.BILLS, sentence, paper.line.key, "files")


def _key(paper: Paper) -> tuple[str, str]:
    return paper.known.code, paper.known.number


def _title(paper: Paper, answer: TitleAnswer, titles: Sequence[Title]) -> Iterator[Finding]:
    if answer in TITLE_SENTENCES:
        on_paper = paper.reading.buyer_name or paper.reading.buyer_tax_id or ""
        accepted = "、".join(dict.fromkeys(title.name for title in titles))
        told = {"on_paper": on_paper[:40], "accepted": accepted[:80]}
        detail = tell("（票面「%(on_paper)s」，付款单位「%(accepted)s」）", **told) if on_paper else ""
        sentence = placed(paper.where, listed((TITLE_SENTENCES[answer], detail), ""))
        yield Finding(Level.WARN, Part.BILLS, sentence, paper.line.key, "files")


def _day(case: Case, paper: Paper) -> Iterator[Finding]:
    issued = paper.reading.issue_date
    if issued is None:
        return
    if issued > case.today:
        sentence = placed(paper.where, tell("开票日期 %(day)s 晚于今天，请核对原件", day=issued))
        yield Finding(Level.WARN, Part.BILLS, sentence, paper.line.key, "files")
    elif not case.fund.opens_on <= issued <= case.fund.closes_on:
        sentence = placed(
            paper.where,
            tell(
                "开票日期 %(day)s 不在「%(fund)s」%(opens)s 至 %(closes)s 的使用期限内，请核对能否在本年度列支",
                day=issued,
                fund=case.fund.name,
                opens=case.fund.opens_on,
                closes=case.fund.closes_on,
            ),
        )
        yield Finding(Level.WARN, Part.BILLS, sentence, paper.line.key, "files")


def _number(_case: Case, paper: Paper) -> Iterator[Finding]:
    typed = keys.normal(str(paper.line.facts.get("bill_number") or ""))
    if paper.known.number and typed and typed != paper.known.number:
        sentence = placed(
            paper.where, tell("填的票据号码与文件上读出的 %(number)s 不同，请核对", number=paper.known.number)
        )
        yield Finding(Level.WARN, Part.BILLS, sentence, paper.line.key, "bill_number")


def _face(_case: Case, paper: Paper) -> Iterator[Finding]:
    face, read = paper.line.facts.get("face_fen"), paper.reading.total_fen
    same_paper = keys.normal(str(paper.line.facts.get("bill_number") or "")) in ("", paper.known.number)
    if isinstance(face, int) and read is not None and read > 0 and face > read and same_paper:
        amounts = {"face": format_yuan(face), "read": format_yuan(read)}
        sentence = placed(paper.where, tell("填的票面金额 %(face)s 元比文件上读出的 %(read)s 元多，请核对", **amounts))
        yield Finding(Level.WARN, Part.BILLS, sentence, paper.line.key, "face_fen")


def _purpose(case: Case, paper: Paper) -> Iterator[Finding]:
    leaning = leaning_of(paper.reading)
    if leaning is None or paper.line.category_id not in case.codes:
        return
    code = case.codes[paper.line.category_id]
    item = facts.item_of(code, paper.line.facts)
    if leaning.fits(code, item.key) or not set(leaning.codes) & set(case.codes.values()):
        return
    named = item.name or case.names[paper.line.category_id]
    sentence = placed(
        paper.where,
        tell("发票内容是%(content)s，本行选的是「%(named)s」，请核对费用科目", content=leaning.name, named=named),
    )
    yield Finding(Level.WARN, Part.STANDARD, sentence, paper.line.key, "category")


def _nights(_case: Case, paper: Paper) -> Iterator[Finding]:
    stay, claimed = stay_of(paper.reading), paper.line.facts.get("nights")
    if stay is not None and isinstance(claimed, int) and claimed > stay.nights:
        sentence = placed(
            paper.where,
            tell(
                "填了住宿 %(claimed)s 晚，发票备注 %(arrives)s 入住、%(leaves)s 离店是 %(nights)s 晚，请核对",
                claimed=claimed,
                arrives=stay.arrives,
                leaves=stay.leaves,
                nights=stay.nights,
            ),
        )
        yield Finding(Level.WARN, Part.STANDARD, sentence, paper.line.key, "nights")


_RULES: tuple[Callable[[Case, Paper], Iterator[Finding]], ...] = (_day, _number, _face, _purpose, _nights)


_HERE: BindParameter[int] = bindparam("this_claim")
_USED_OR_OWN = select(
    select(Attachment.evidence_id)
    .join(Claim, Claim.id == Attachment.claim_id)
    .where(Claim.state.in_(LIVE_STATES), Claim.id != _HERE)
    .union(select(Attachment.evidence_id).where(Attachment.claim_id == _HERE))
    .subquery()
    .c[0]
)
"""The files that other claims use now, and those of this claim."""


def what_looks_alike(case: Case) -> Iterator[Finding]:
    """Point out files that look like a paper other claims use, or like one at another line of this claim."""
    lines = {line.key: line for line in case.filing.lines}
    laid = {one.evidence_id: one for one in case.claim.attachments if one.line_key in lines}
    if not laid:
        return
    here = {"this_claim": case.claim.id}
    alike = [one for one in queries.look_alikes(case.session, list(laid), _USED_OR_OWN, here) if _counts(one, laid)]
    words = queries.words_about(case.session, [one.pair for one in alike])
    for one in alike:
        attachment = laid[one.evidence_id]
        line = lines[attachment.line_key]
        other = laid.get(one.other_id)
        with_what = (
            tell("%(where)s的票据", where=case.place(lines[other.line_key]))
            if other is not None
            else tell("别的报销单里的一份票据")
        )
        level, rest = _settled(words.get(one.pair, []))
        likeness = tell(
            "这份票据与%(other)s很像（%(why)s）%(rest)s",
            other=with_what,
            why=listed(MATCH_NAMES[match] for match in one.matches),
            rest=rest,
        )
        yield Finding(
            level,
            Part.BILLS,
            placed(case.place(line), likeness),
            line.key,
            "files",
            alike=(attachment.evidence.handle, one.other_id),
        )


def _counts(one: LookAlike, laid: Mapping[int, Attachment]) -> bool:
    """Let companions be: PDF, OFD and XML of one invoice lie at one line, and one number is judged by its key."""
    other = laid.get(one.other_id)
    if other is not None and other.line_key == laid[one.evidence_id].line_key:
        return False
    return bool(set(one.matches) - {Match.NUMBER})


def _settled(words: Sequence[LikenessWord]) -> tuple[Level, str]:
    """Weigh what was said: the examiner's word settles the matter, the filer's explains it to the examiner."""
    settling = [word for word in words if word.settles]
    if settling:
        told = {"name": settling[-1].speaker.name, "reason": settling[-1].reason}
        return Level.PASS, tell("，%(name)s已核对：%(reason)s", **told)
    if words:
        told = {"name": words[-1].speaker.name, "reason": words[-1].reason}
        return Level.WARN, tell("，%(name)s说明：%(reason)s", **told)
    return Level.WARN, tell("，请核对是否重复报销，或写明原因")
