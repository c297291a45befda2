// SPDX-License-Identifier: MIT
#include "chat/markdown/math_scan.h"

#include <QHash>
#include <algorithm>
#include <array>

namespace phidelity {

namespace {

constexpr std::array kEnvironments = {
    u"equation", u"equation*", u"align",    u"align*",   u"aligned",    u"alignat",  u"alignat*",
    u"gather",   u"gather*",   u"gathered", u"multline", u"multline*",  u"eqnarray", u"eqnarray*",
    u"split",    u"cases",     u"array",    u"matrix",   u"pmatrix",    u"bmatrix",  u"Bmatrix",
    u"vmatrix",  u"Vmatrix",   u"flalign",  u"flalign*", u"displaymath"};

bool isWordCharacter(QChar c) {
    return c.isLetterOrNumber() || c == u'_';
}

class Scanner {
public:
    Scanner(QStringView text, MathEnding ending) : m_text(text), m_ending(ending) {}

    QList<MathSegment> run() {
        qsizetype at = 0;
        while (at < m_text.size()) {
            at = m_text.at(at) == u'\\'  ? backslash(at)
                 : m_text.at(at) == u'`' ? code(at)
                 : m_text.at(at) == u'$' ? dollar(at)
                                         : at + 1;
        }
        addText(m_text.size());
        return m_segments;
    }

private:
    using Kind = MathSegment::Kind;

    void addText(qsizetype end) {
        if (end > m_done) {
            m_segments.append({Kind::Text, m_done, end - m_done, m_done, end - m_done});
            m_done = end;
        }
    }

    qsizetype add(Kind kind, qsizetype start, qsizetype innerStart, qsizetype innerEnd,
                  qsizetype end) {
        addText(start);
        m_segments.append({kind, start, end - start, innerStart, innerEnd - innerStart});
        m_done = end;
        return end;
    }

    QChar charAt(qsizetype at) const {
        return at >= 0 && at < m_text.size() ? m_text.at(at) : QChar();
    }

    bool startsAt(qsizetype at, QStringView what) const {
        return m_text.sliced(at).startsWith(what);
    }

    bool isBlank(qsizetype start, qsizetype end) const {
        return m_text.sliced(start, end - start).trimmed().isEmpty();
    }

    /// A line break at `at` with nothing but white space on the next line.
    bool blankLineAt(qsizetype at) const {
        if (m_text.at(at) != u'\n') {
            return false;
        }
        for (qsizetype next = at + 1; next < m_text.size(); ++next) {
            if (m_text.at(next) == u'\n') {
                return true;
            }
            if (!m_text.at(next).isSpace()) {
                return false;
            }
        }
        return false;
    }

    /// From `at` to the next dollar that is not escaped, or -1 where a blank line or the end comes
    /// before it.
    qsizetype nextDollar(qsizetype at) const {
        for (; at < m_text.size(); ++at) {
            const QChar c = m_text.at(at);
            if (c == u'\\') {
                ++at;
            } else if (c == u'$') {
                return at;
            } else if (blankLineAt(at)) {
                return -1;
            }
        }
        return -1;
    }

    qsizetype dollar(qsizetype at) {
        if (charAt(at + 1) == u'$') {
            return twoDollars(at);
        }
        if (charAt(at + 1) == u'`') {
            if (const qsizetype end = gitHubs(at); end > 0) {
                return end;
            }
        }
        const bool opens = at + 1 < m_text.size() && !m_text.at(at + 1).isSpace() &&
                           !isWordCharacter(charAt(at - 1));
        if (!opens) {
            return at + 1;
        }
        const qsizetype close = nextDollar(at + 1);
        if (close < 0 || !closesInline(at + 1, close)) {
            return at + 1;
        }
        return add(Kind::Inline, at, at + 1, close, close + 1);
    }

    bool closesInline(qsizetype start, qsizetype close) const {
        const QStringView inner = m_text.sliced(start, close - start);
        const bool atTheEnd = close + 1 >= m_text.size();
        const QChar next = charAt(close + 1);
        if (inner.back().isSpace() || next.isDigit() || next == u'$' ||
            (atTheEnd && m_ending == MathEnding::Open) || inner.contains(u'`')) {
            return false;
        }
        const bool certain = inner.size() == 1 || inner.contains(u'\\') || inner.contains(u'^');
        return (certain || !isWordCharacter(next)) && !isProse(inner);
    }

    /// Two words of three letters in a row, or one after an amount, and no sign of mathematics.
    static bool isProse(QStringView inner) {
        if (std::any_of(inner.begin(), inner.end(),
                        [](QChar c) { return QStringView(u"\\^_={}<>").contains(c); })) {
            return false;
        }
        int words = inner.front().isDigit() ? 1 : 0;
        int letters = 0;
        for (const QChar c : inner) {
            letters = c.isLetter() ? letters + 1 : 0;
            if (letters == 3 && ++words == 2) {
                return true;
            }
        }
        return false;
    }

    qsizetype twoDollars(qsizetype at) {
        qsizetype runEnd = at;
        while (charAt(runEnd) == u'$') {
            ++runEnd;
        }
        if (runEnd - at > 2) {
            return runEnd;
        }
        const qsizetype close = nextDollar(at + 2);
        if (close < 0 || charAt(close + 1) != u'$' || isBlank(at + 2, close)) {
            return at + 2;
        }
        return add(Kind::Display, at, at + 2, close, close + 2);
    }

    qsizetype gitHubs(qsizetype at) {
        const qsizetype close = m_text.indexOf(u'`', at + 2);
        const bool closed = close > at + 2 && charAt(close + 1) == u'$';
        return closed ? add(Kind::Inline, at, at + 2, close, close + 2) : -1;
    }

    qsizetype backslash(qsizetype at) {
        const QChar next = charAt(at + 1);
        if (next == u'(' || next == u'[') {
            return bracket(at, next);
        }
        if (next == u'b' && startsAt(at, u"\\begin{")) {
            return environment(at);
        }
        return at + 2;
    }

    /// `\(` or `\[` up to its twin; another one of its kind before that means that this was none,
    /// which also keeps the cost linear.
    qsizetype bracket(qsizetype at, QChar open) {
        const QChar close = open == u'(' ? u')' : u']';
        for (qsizetype end = at + 2; end < m_text.size(); ++end) {
            if (m_text.at(end) == u'\\') {
                const QChar next = charAt(end + 1);
                if (next == close) {
                    return isBlank(at + 2, end) ? end + 2
                                                : add(open == u'(' ? Kind::Inline : Kind::Display,
                                                      at, at + 2, end, end + 2);
                }
                if (next == open) {
                    return end;
                }
                ++end;
            } else if (blankLineAt(end)) {
                return at + 2;
            }
        }
        return at + 2;
    }

    qsizetype environment(qsizetype at) {
        const qsizetype nameStart = at + 7;
        const qsizetype brace = m_text.sliced(nameStart).left(16).indexOf(u'}');
        if (brace < 0) {
            return nameStart;
        }
        const QStringView name = m_text.sliced(nameStart, brace);
        if (std::none_of(kEnvironments.begin(), kEnvironments.end(),
                         [name](const char16_t* known) { return name == QStringView(known); })) {
            return nameStart;
        }
        const QString last = QStringLiteral("\\end{") + name.toString() + u'}';
        const QString again = QStringLiteral("\\begin{") + name.toString() + u'}';
        for (qsizetype end = nameStart; end < m_text.size(); ++end) {
            if (m_text.at(end) == u'\\') {
                if (startsAt(end, last)) {
                    end += last.size();
                    return add(Kind::Display, at, at, end, end);
                }
                if (startsAt(end, again)) {
                    return end;
                }
                ++end;
            } else if (blankLineAt(end)) {
                return nameStart;
            }
        }
        return nameStart;
    }

    /// A run of backticks is closed by the next run of the same length, else it is text.
    qsizetype code(qsizetype at) {
        if (m_lastRuns.isEmpty()) {
            noteRuns();
        }
        const qsizetype length = runAt(at);
        for (qsizetype end = at + length; end <= m_lastRuns.value(length, -1);) {
            if (m_text.at(end) == u'`') {
                const qsizetype found = runAt(end);
                end += found;
                if (found == length) {
                    return end;
                }
            } else {
                ++end;
            }
        }
        return at + length;
    }

    qsizetype runAt(qsizetype at) const {
        qsizetype end = at;
        while (charAt(end) == u'`') {
            ++end;
        }
        return end - at;
    }

    void noteRuns() {
        for (qsizetype at = 0; at < m_text.size();) {
            if (m_text.at(at) == u'`') {
                const qsizetype length = runAt(at);
                m_lastRuns.insert(length, at);
                at += length;
            } else {
                ++at;
            }
        }
    }

    QStringView m_text;
    MathEnding m_ending;
    QList<MathSegment> m_segments;
    QHash<qsizetype, qsizetype> m_lastRuns; ///< of backticks: where the last of each length begins
    qsizetype m_done = 0;
};

} // namespace

QList<MathSegment> scanMath(QStringView text, MathEnding ending) {
    return Scanner(text, ending).run();
}

} // namespace phidelity
