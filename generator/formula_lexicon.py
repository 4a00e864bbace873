"""LaTeX commands, and how the letters of a stripped formula divide into them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, log


def names(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


LETTERS = names(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda"
    " mu nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta"
    " Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar imath jmath Re aleph beth partial"
    " nabla infty emptyset varnothing top bot angle degree Box triangle clubsuit diamondsuit"
    " heartsuit spadesuit sharp checkmark prime backprime hslash backslash circledR circledS"
)
RELATIONS = names(
    "le leq leqslant leqq ge geq geqslant geqq ne neq ll gg lt gt sim simeq approx approxeq cong"
    " equiv asymp propto doteq triangleq coloneqq in ni notin subset subseteq subsetneq supset"
    " supseteq supsetneq sqsubseteq sqsupseteq nsubseteq prec preceq precsim succ succeq succsim"
    " lesssim gtrsim lessapprox gtrapprox lessgtr mid parallel perp vdash dashv vDash Vdash bowtie"
    " vartriangleleft trianglelefteq ltimes rtimes colon not iff implies impliedby"
)
ARROWS = names(
    "to mapsto longmapsto leftarrow rightarrow leftrightarrow uparrow downarrow updownarrow"
    " Leftarrow Rightarrow Leftrightarrow Uparrow Downarrow longleftarrow longrightarrow"
    " longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow nearrow searrow swarrow"
    " nwarrow hookrightarrow hookleftarrow rightharpoonup rightharpoondown leftharpoonup"
    " rightleftharpoons leftrightarrows rightleftarrows leadsto rightsquigarrow twoheadrightarrow"
    " circlearrowleft circlearrowright curvearrowright upharpoonright"
)
OPERATORS = names(
    "times cdot div pm ast star circ bullet oplus ominus otimes oslash odot cap cup uplus sqcap"
    " sqcup vee wedge lor lnot neg setminus smallsetminus wr amalg dagger ddagger bigstar bigcirc"
    " boxplus boxtimes divideontimes lozenge blacksquare triangleright triangleleft bigtriangleup"
    " blacktriangle rhd lhd forall exists nexists sum prod coprod int iint oint bigcup bigcap"
    " bigoplus bigotimes bigwedge bigvee bigsqcup ldots cdots vdots ddots dots dotsc dotsb ldotp"
    " cdotp surd"
)
FUNCTIONS = names(
    "log ln exp sin cos tan csc sinh cosh tanh coth arcsin arccos arctan max min sup inf lim"
    " limsup liminf arg det dim ker gcd deg hom Pr bmod pmod mod"
)
DELIMITERS = names(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr langle rangle lceil"
    " rceil lfloor rfloor lbrace rbrace lbrack rbrack lvert rvert lVert rVert vert Vert llbracket"
    " rrbracket lgroup rgroup ulcorner urcorner"
)
SPACES = names(
    "quad qquad limits nolimits displaystyle textstyle scriptstyle scriptscriptstyle small tiny"
    " footnotesize scriptsize bf it rm sf tt cal frak Bbb boldmath nonumber mkern mskip hskip"
    " choose over allowbreak nobreak enspace hfill negthinspace thinspace medspace"
)
FONTS = names(
    "mathcal mathbb mathbf mathrm mathsf mathtt mathit mathfrak mathscr mathbbm mathds mathnormal"
    " boldsymbol pmb bm text textbf textit textrm textsf texttt textsc textnormal textup textsl"
    " mbox hbox operatorname ensuremath mathop mathrel mathbin mathord mathopen mathclose mathring"
    " smash underline textsubscript"
)
ACCENTS = names(
    "tilde widetilde hat widehat bar overline vec overrightarrow overleftarrow dot ddot dddot"
    " breve underbar underbrace overbrace widecheck"
)
FRACTIONS = names(
    "frac dfrac tfrac cfrac sqrt binom dbinom tbinom overset underset stackrel substack"
    " xrightarrow xleftarrow pmod genfrac"
)
ARGUMENT = frozenset([*FONTS, *ACCENTS, *FRACTIONS])
"""Commands that stand before braces."""

COMMANDS = frozenset(
    [*LETTERS, *RELATIONS, *ARROWS, *OPERATORS, *FUNCTIONS, *DELIMITERS, *SPACES, *ARGUMENT],
)
LONGEST = max(map(len, COMMANDS))

UNLIKELY = 11.0
"""Cost (negative log probability) of a command that was never met."""

BLOCKS = ((2.5, 4.0, 4.6), (7.0, 8.0, 2.5))
"""Costs of letters that are no command, as variables and as words: to begin a run with them, to go
on with them after a command, and of each letter."""


CLASSES = (
    ("G", LETTERS),
    ("R", RELATIONS),
    ("A", ARROWS),
    ("O", OPERATORS),
    ("F", FUNCTIONS),
    ("D", DELIMITERS),
    ("S", SPACES),
    ("B", sorted(ARGUMENT)),
)
CLASS = {name: letter for letter, names in reversed(CLASSES) for name in names}
"""The class of each command, as a letter: what is rare behaves as its class does."""

PAIR, SHORT = 2, 3
"""Letters of two variables side by side, and of a command's name that hides in words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a run of letters: a command's name, or letters that are none."""

    text: str
    command: bool


Split = tuple[Piece, ...]
WAY = re.compile(
    r"([A-Za-z]{3,}?)(?<!left)(?<!Left)(?<!long)"
    r"(leftrightarrow|rightarrow|Leftrightarrow|Rightarrow|longrightarrow)([A-Za-z]{3,})"
)
"""Two words with an arrow between: the words may hold names of commands."""
NAMES = COMMANDS - {"text"}
"""Commands that are no words which stand beside an arrow."""
Best = tuple[float, int]
"""A cost, and where the last piece begins."""


def split_run(run: str, costs: Mapping[str, float]) -> Split:
    r"""Return the cheapest division of a run of letters, by costs of the commands.

    Letters that follow a command without a blank are dear: only a second markup can have left
    them there, as `\mathbb{R}` does in `\in\mathbb{R}`. Linear in the length of the run.
    """
    found = WAY.fullmatch(run)
    if found and NAMES.isdisjoint((found[1], found[3])):
        return tuple(Piece(text, command=k == 1) for k, text in enumerate(found.groups()))
    size = len(run)
    before = [
        0.0,
        *(min(first + k * each for first, _, each in BLOCKS) for k in range(1, size + 1)),
    ]
    command: list[Best] = [(inf, 0)] * (size + 1)
    letters: list[list[Best]] = [[(inf, 0)] * (size + 1) for _ in BLOCKS]
    ends: list[Best] = [(inf, 0)] * (size + 1)
    for end in range(1, size + 1):
        for table, (_, later, each) in zip(letters, BLOCKS, strict=True):
            opened = command[end - 1][0] + later
            table[end] = min(
                (table[end - 1][0] + each, table[end - 1][1]), (opened + each, end - 1)
            )
        for start in range(max(0, end - LONGEST), end):
            if (name := run[start:end]) in COMMANDS:
                cost = min(before[start], ends[start][0]) + costs.get(name, UNLIKELY)
                command[end] = min(command[end], (cost, start))
        ends[end] = min(command[end], *(table[end] for table in letters))
    return trace(run, ends, command, before)


def trace(run: str, ends: list[Best], command: list[Best], before: list[float]) -> Split:
    """Return the division that tables of the cheapest last pieces hold for the whole run.

    Where no command is cheaper, what is left in front are letters.
    """
    pieces: list[Piece] = []
    end = len(run)
    while end:
        behind_letters = bool(pieces) and not pieces[-1].command
        cost, start = (command if behind_letters else ends)[end]
        if cost == inf or (pieces and not behind_letters and before[end] < cost):
            start = 0
        text = run[start:end]
        pieces.append(Piece(text, text in COMMANDS and cost < inf))
        end = start
    return tuple(reversed(pieces))


def is_plausible(pieces: Split) -> bool:
    """Return whether a division holds commands, and letters only where formulas leave them."""
    if not any(piece.command for piece in pieces):
        return False
    return all(
        piece.command or fits(pieces[:place], piece.text, pieces[place + 1 :])
        for place, piece in enumerate(pieces)
    )


def fits(before: Split, letters: str, after: Split) -> bool:
    """Return whether letters may stand there: `xin`, `inR`, `ICCapprox`, `muTransfer`.

    Short names hide in many words: next to them only a variable or two may stand.
    """
    if not before:
        return len(letters) <= PAIR or len(after[0].text) > SHORT or is_way(letters, after)
    name = before[-1].text
    if "arrow" in name or (name == "times" and not after):
        return True
    if len(letters) == 1:
        return bool(after) or letters.isupper() or len(name) >= SHORT
    return letters.isupper() or (not after and letters[0].isupper())


def is_way(start: str, after: Split) -> bool:
    r"""Return whether these are two names with a `\to` between: `SyntoReal`."""
    way = len(after) == PAIR and after[0].text == "to"
    return way and start[0].isupper() and after[1].text[0].isupper()


def command_costs(counts: Mapping[str, int]) -> dict[str, float]:
    """Return the cost of each counted command: its negative log share."""
    total = sum(counts.values())
    return {name: log(total / count) for name, count in counts.items()}
