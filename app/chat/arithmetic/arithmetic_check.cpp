// SPDX-License-Identifier: MIT
#include "chat/arithmetic/arithmetic_check.h"

#include <algorithm>
#include <optional>

#include <QCoreApplication>

#include "chat/arithmetic/arithmetic_reader.h"
#include "chat/arithmetic/arithmetic_words.h"
#include "chat/arithmetic/formula_text.h"

namespace phidelity {

namespace {

using Token = ArithmeticToken;
using Kind = Token::Kind;

/// So many tokens before "=" are looked at: longer expressions are none that people write.
constexpr qsizetype kReach = 60;
/// And so many members of a chain before each.
constexpr qsizetype kChain = 8;

QString say(const char* text) {
    return QCoreApplication::translate("Arithmetic", text);
}

/// One side of a relation.
struct Member {
    std::optional<Quantity> quantity; ///< nothing where it is not to be computed
    qsizetype from = 0;               ///< its tokens
    qsizetype to = 0;
    Claim claim = Claim::Equal; ///< by the sign before it
};

class Checker {
public:
    Checker(QStringView text, ArithmeticPlace place)
        : m_text(text), m_place(place), m_tokens(arithmeticTokens(text)) {}

    QList<ArithmeticMark> run() {
        qsizetype from = 0;
        for (qsizetype at = 0; at < m_tokens.size(); ++at) {
            if (isRelation(at)) {
                at = std::max(at, chain(from, at) - 1);
                from = at + 1;
            }
        }
        return m_marks;
    }

private:
    [[nodiscard]] bool is(qsizetype at, Kind kind) const {
        return at >= 0 && at < m_tokens.size() && m_tokens[at].kind == kind;
    }
    [[nodiscard]] bool isRelation(qsizetype at) const {
        return is(at, Kind::Equal) || is(at, Kind::About);
    }
    [[nodiscard]] bool isLineStart(qsizetype at) const {
        return at <= 0 || is(at - 1, Kind::LineEnd);
    }
    [[nodiscard]] bool isSign(qsizetype at) const {
        return is(at, Kind::Plus) || is(at, Kind::Minus) || is(at, Kind::Times) ||
               is(at, Kind::Divide) || is(at, Kind::Power) || is(at, Kind::Root);
    }
    /// "- 3 + 4 = 7" in a list, where "-3 + 4 = 1" is none.
    [[nodiscard]] bool isListSign(qsizetype at) const {
        return isLineStart(at) && isSign(at) && at + 1 < m_tokens.size() &&
               m_tokens[at + 1].spaceBefore;
    }
    [[nodiscard]] QString textOf(qsizetype from, qsizetype to) const {
        return m_text.mid(m_tokens[from].start, m_tokens[to - 1].end - m_tokens[from].start)
            .toString()
            .simplified();
    }

    /// Reads what stands before and behind the relation at `relation`, as far as it is one
    /// statement; `from` is the first token that may belong to it. Returns the token behind it.
    qsizetype chain(qsizetype from, qsizetype relation) {
        QList<Member> members{before(from, relation)};
        qsizetype at = relation;
        while (isRelation(at)) {
            Member member;
            member.claim = is(at, Kind::About) ? Claim::About : Claim::Equal;
            member.from = at + 1;
            const std::optional<ReadExpression> read = readExpression(m_tokens, member.from);
            if (!read) {
                members.append(member);
                ++at;
                break;
            }
            member.to = read->end;
            at = read->end;
            qsizetype next = at;
            while (is(next, Kind::LineEnd)) {
                ++next;
            }
            const bool goesOn = isRelation(next) && (next == at || endsSafely(at));
            if (goesOn || endsSafely(at)) {
                member.quantity = read->quantity;
                // "~" is also a range, and "roughly".
                const bool loosely = m_tokens[member.from - 1].word == QLatin1String("~");
                member.quantity->unsure =
                    member.quantity->unsure || loosely || endsUnsure(member, at);
            }
            members.append(member);
            at = goesOn ? next : at;
        }
        judge(members, at);
        return at;
    }

    Member before(qsizetype from, qsizetype relation) {
        Member member;
        member.from = member.to = relation;
        while (relation > from && is(relation - 1, Kind::LineEnd)) {
            --relation;
        }
        qsizetype first = relation;
        while (first > from && first > relation - kReach && !is(first - 1, Kind::LineEnd)) {
            --first;
        }
        for (qsizetype start = first; start < relation; ++start) {
            const std::optional<ReadExpression> read = readExpression(m_tokens, start);
            if (!read || read->end != relation) {
                continue;
            }
            if (beginsSafely(start)) {
                member.from = start;
                member.quantity = read->quantity;
                m_others = others(start, relation);
            }
            break;
        }
        return member;
    }

    /// Other values that the words before "=" may have: "Step 1 - 2 + 3 = 5", "- 3 + 4 = 7".
    QList<Quantity> others(qsizetype start, qsizetype relation) const {
        QList<Quantity> values;
        for (qsizetype at = start + 1; at < relation; ++at) {
            const bool dash =
                is(at - 1, Kind::Minus) && m_tokens[at - 1].spaceBefore && m_tokens[at].spaceBefore;
            const bool gap = is(at - 1, Kind::Number) && is(at, Kind::Number);
            const bool item = at - 1 == start && isListSign(start);
            if (dash || gap || item) {
                const std::optional<ReadExpression> read = readExpression(m_tokens, at);
                if (read && read->end == relation) {
                    values.append(read->quantity);
                }
            }
        }
        return values;
    }

    /// Whether the word there, or the one before its article, changes what the number behind means.
    [[nodiscard]] bool isChanging(qsizetype at) const {
        static const QStringList articles = {QStringLiteral("the"), QStringLiteral("these"),
                                             QStringLiteral("those"), QStringLiteral("all")};
        while (is(at, Kind::Word) && is(at - 1, Kind::Word) &&
               articles.contains(m_tokens[at].word, Qt::CaseInsensitive)) {
            --at;
        }
        return is(at, Kind::Word) && changesWhatFollows(m_tokens[at].word);
    }

    [[nodiscard]] bool beginsBehindWord(qsizetype start) const {
        const QString& word = m_tokens[start - 1].word;
        if (is(start, Kind::Plus) || is(start, Kind::Minus)) {
            // "width - 3 * 2" goes on with a value that we do not know.
            return is(start, Kind::Minus) && start + 1 < m_tokens.size() &&
                   !m_tokens[start + 1].spaceBefore && isLinkingWord(word);
        }
        // "5 ft 6 in + 6 in"; "2 and 3 + 4"
        if (is(start - 2, Kind::Number) && (isLinkingWord(word) || unitOf(word))) {
            return false;
        }
        return m_tokens[start].spaceBefore && !isChanging(start - 1) &&
               (word.size() > 1 || word == QLatin1String("a") || word == QLatin1String("I")) &&
               std::all_of(word.cbegin(), word.cend(),
                           [](QChar c) { return c.isLetter() || c == u'\''; });
    }

    [[nodiscard]] bool beginsSafely(qsizetype start) const {
        if (isLineStart(start)) {
            return true;
        }
        const Token& before = m_tokens[start - 1];
        switch (before.kind) {
        case Kind::Word:
            return beginsBehindWord(start);
        case Kind::Other: {
            static const QString marks = QStringLiteral(",;:.?\"'“”‘’—`•→#");
            const bool call = is(start - 2, Kind::Open) && !m_tokens[start - 2].spaceBefore;
            // "#5", "No. 5", "x→0"
            const bool label = before.word == QLatin1String("#")    ? !m_tokens[start].spaceBefore
                               : before.word == QStringLiteral("→") ? !m_tokens[start].spaceBefore
                               : before.word == QLatin1String(".")  ? isChanging(start - 2)
                                                                    : false;
            return before.end - before.start == 1 && marks.contains(before.word) && !call && !label;
        }
        case Kind::Factorial:
            return m_tokens[start].spaceBefore;
        case Kind::Open:
            return isLineStart(start - 1) || before.spaceBefore;
        case Kind::Close: { // "1) 3 + 4", "(a) 3 + 4"
            const qsizetype label = start - 2;
            return m_tokens[start].spaceBefore &&
                   (is(label, Kind::Number) || is(label, Kind::Word)) &&
                   (isLineStart(label) || (is(label - 1, Kind::Open) && isLineStart(label - 1)));
        }
        case Kind::Times:
        case Kind::Plus:
        case Kind::Minus: // of a list
            return isLineStart(start - 1) && m_tokens[start].spaceBefore;
        default:
            return false;
        }
    }

    /// Whether an expression may end before token `at`.
    [[nodiscard]] bool endsSafely(qsizetype at) const {
        if (at >= m_tokens.size()) {
            return true;
        }
        const Token& next = m_tokens[at];
        switch (next.kind) {
        case Kind::LineEnd:
            return true;
        case Kind::Word:
            return next.spaceBefore && !changesWhatPrecedes(next.word) &&
                   (next.word.size() > 1 || next.word == QLatin1String("a"));
        case Kind::Other: {
            static const QString marks = QStringLiteral(",;:.?\"'“”‘’—`→]");
            if (next.end - next.start != 1 || !marks.contains(next.word)) {
                return false;
            }
            return at + 1 >= m_tokens.size() || m_tokens[at + 1].spaceBefore ||
                   !is(at + 1, Kind::Number);
        }
        case Kind::Close:
        case Kind::Factorial:
            return true;
        case Kind::Open: // "= 12 (that is, a dozen)"
            return next.spaceBefore && (is(at + 1, Kind::Word));
        case Kind::Minus: // a dash
            return next.spaceBefore && is(at + 1, Kind::Word) && m_tokens[at + 1].spaceBefore &&
                   m_tokens[at + 1].word.size() > 2;
        default:
            return false;
        }
    }

    /// "= 120!" may shout or multiply.
    [[nodiscard]] bool endsUnsure(const Member& member, qsizetype at) const {
        const Rational most(20);
        return is(at, Kind::Factorial) && member.quantity->value.isWhole() &&
               member.quantity->value < most;
    }

    /// Words of the lines of a statement under which "=" may have another meaning.
    [[nodiscard]] bool isOfOtherArithmetic(qsizetype from, qsizetype to) const {
        while (from > 0 && !is(from - 1, Kind::LineEnd)) {
            --from;
        }
        while (to < m_tokens.size() && !is(to, Kind::LineEnd)) {
            ++to;
        }
        return std::any_of(m_tokens.cbegin() + from, m_tokens.cbegin() + to,
                           [](const Token& token) {
                               return token.kind == Kind::Word && isOtherArithmetic(token.word);
                           });
    }

    [[nodiscard]] bool isAlone(qsizetype from, qsizetype to) const {
        const bool comment =
            is(from - 1, Kind::Other) && (m_tokens[from - 1].word == QLatin1String("#") ||
                                          m_tokens[from - 1].word == QLatin1String("//"));
        const bool end =
            to >= m_tokens.size() || is(to, Kind::LineEnd) ||
            (is(to, Kind::Other) && (to + 1 >= m_tokens.size() || is(to + 1, Kind::LineEnd)));
        return end && (comment || isLineStart(from));
    }

    /// `index`: of the member that is compared with those before it.
    Agreement agreementOf(const QList<Member>& members, qsizetype index, qsizetype* with) const {
        const Member& member = members[index];
        Agreement worst = Agreement::Unknown;
        bool nearest = true;
        const qsizetype farthest = std::max<qsizetype>(0, index - kChain);
        for (qsizetype earlier = index - 1; earlier >= farthest; --earlier) {
            const Member& other = members[earlier];
            if (!other.quantity) {
                break;
            }
            Agreement agreement = compare(*other.quantity, *member.quantity, member.claim);
            if (agreement == Agreement::Different && earlier == 0) {
                const bool another =
                    std::any_of(m_others.cbegin(), m_others.cend(), [&](const Quantity& value) {
                        const Agreement read = compare(value, *member.quantity, member.claim);
                        return read == Agreement::Same || read == Agreement::Rounded;
                    });
                const bool item = another && isListSign(members[0].from);
                agreement = item ? Agreement::Same : another ? Agreement::Unknown : agreement;
            }
            if (agreement == Agreement::Same || agreement == Agreement::Rounded) {
                *with = earlier;
                return agreement;
            }
            if (nearest) {
                worst = agreement;
                *with = earlier;
            } else if (agreement == Agreement::Unknown) {
                worst = Agreement::Unknown;
            }
            nearest = false;
        }
        return worst;
    }

    void judge(const QList<Member>& members, qsizetype end) {
        ArithmeticMark mark;
        int checked = 0;
        qsizetype from = -1;
        qsizetype to = -1;
        for (qsizetype index = 1; index < members.size(); ++index) {
            if (!members[index].quantity || !members[index - 1].quantity) {
                continue;
            }
            qsizetype with = index - 1;
            const Agreement agreement = agreementOf(members, index, &with);
            if (agreement == Agreement::Unknown) {
                continue;
            }
            from = from < 0 ? members[index - 1].from : from;
            to = members[index].to;
            ++checked;
            if (agreement == Agreement::Different && mark.verdict != ArithmeticVerdict::Wrong) {
                mark.verdict = ArithmeticVerdict::Wrong;
                mark.note = wrongNote(members[with], members[index]);
            } else if (agreement == Agreement::Rounded &&
                       mark.verdict == ArithmeticVerdict::Right) {
                mark.verdict = ArithmeticVerdict::Rounded;
                const Member& exact =
                    members[with].quantity->isLiteral() ? members[index] : members[with];
                mark.note = say("Rounded. Exactly: %1")
                                .arg(textOf(exact.from, exact.to) + QStringLiteral(" = ") +
                                     shownValue(exact.quantity->number));
            }
        }
        if (checked == 0) {
            markValue(members, end);
            return;
        }
        if (isOfOtherArithmetic(from, to) ||
            (m_place == ArithmeticPlace::Code && !isAlone(from, end))) {
            return;
        }
        if (mark.verdict == ArithmeticVerdict::Right) {
            mark.note = say("Checked: this is exactly right.");
        }
        add(mark, from, to);
    }

    [[nodiscard]] QString wrongNote(const Member& stated, const Member& with) const {
        const Member& made = stated.quantity->isLiteral() ? with : stated;
        const Member& other = stated.quantity->isLiteral() ? stated : with;
        const bool units = made.quantity->units != other.quantity->units ||
                           made.quantity->value == made.quantity->number;
        const QString value = units || made.quantity->percent
                                  ? shownValue(made.quantity->number)
                                  : shownValue(made.quantity->value / other.quantity->scale);
        return say("%1 is %2, not %3.")
            .arg(textOf(made.from, made.to), value, textOf(other.from, other.to));
    }

    /// "x = 3/4 + 1": what the right side is.
    void markValue(const QList<Member>& members, qsizetype end) {
        if (m_place == ArithmeticPlace::Code || members.size() != 2 || members[0].quantity ||
            !members[1].quantity || members[1].quantity->unsure || !endsSafely(end)) {
            return;
        }
        const Member& made = members[1];
        const qsizetype name = made.from - 2;
        const bool named = is(name, Kind::Word) &&
                           (isLineStart(name) || m_tokens[name].spaceBefore) &&
                           !is(name - 1, Kind::Number) && !isSign(name - 1);
        // Only what is computed beyond doubt: "3/4" is a number or a date, "555-1234" a telephone.
        bool computed = false;
        for (qsizetype at = made.from; at < made.to; ++at) {
            computed = computed || is(at, Kind::Plus) || is(at, Kind::Times) ||
                       is(at, Kind::Power) || is(at, Kind::Raised) ||
                       (isSign(at) && m_tokens[at].spaceBefore);
        }
        if (!named || !computed || made.claim == Claim::About ||
            isOfOtherArithmetic(made.from, made.to)) {
            return;
        }
        ArithmeticMark mark;
        mark.verdict = ArithmeticVerdict::Value;
        mark.note =
            say("%1 is %2.").arg(textOf(made.from, made.to), shownValue(made.quantity->number));
        add(mark, name, made.to);
    }

    void add(ArithmeticMark mark, qsizetype from, qsizetype to) {
        mark.start = m_tokens[from].start;
        qsizetype run = mark.start;
        while (run > 0 && !m_text[run - 1].isSpace()) {
            --run;
        }
        if (m_text.mid(run, mark.start - run).contains(QLatin1String("://"))) {
            return;
        }
        mark.length = m_tokens[to - 1].end - mark.start;
        m_marks.append(mark);
    }

    QStringView m_text;
    ArithmeticPlace m_place;
    QList<Token> m_tokens;
    QList<Quantity> m_others; ///< of the first member
    QList<ArithmeticMark> m_marks;
};

} // namespace

QList<ArithmeticMark> checkArithmetic(QStringView text, ArithmeticPlace place) {
    // Most text has none; this is what a text without costs.
    const bool any = std::any_of(text.cbegin(), text.cend(),
                                 [](QChar c) { return QStringView(u"=≈≃≅~").contains(c); });
    if (!any && !text.contains(QLatin1String(" equals "))) {
        return {};
    }
    return Checker(text, place).run();
}

QList<ArithmeticMark> checkFormula(QStringView latex) {
    const std::optional<QString> text = arithmeticOfFormula(latex);
    if (!text) {
        return {};
    }
    QList<ArithmeticMark> marks = checkArithmetic(*text, ArithmeticPlace::Prose);
    if (marks.isEmpty()) {
        return {};
    }
    const auto wrong = std::find_if(marks.cbegin(), marks.cend(), [](const ArithmeticMark& mark) {
        return mark.verdict == ArithmeticVerdict::Wrong;
    });
    ArithmeticMark mark = wrong == marks.cend() ? marks.first() : *wrong;
    mark.start = 0;
    mark.length = latex.size();
    return {mark};
}

} // namespace phidelity
