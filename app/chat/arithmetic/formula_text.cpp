// SPDX-License-Identifier: MIT
#include "chat/arithmetic/formula_text.h"

#include <QHash>

namespace phidelity {

namespace {

constexpr int kDepth = 20;

/// Rewrites one formula, group by group.
class Rewriter {
public:
    explicit Rewriter(QStringView latex) : m_latex(latex) {}

    std::optional<QString> run() {
        QString text = until(QChar());
        return m_failed ? std::nullopt : std::optional(text);
    }

private:
    /// What a script or a command takes: a group or one character.
    QString argument() {
        while (m_at < m_latex.size() && m_latex[m_at].isSpace()) {
            ++m_at;
        }
        if (m_at >= m_latex.size()) {
            m_failed = true;
            return {};
        }
        if (m_latex[m_at] == u'{') {
            ++m_at;
            return until(u'}');
        }
        if (m_latex[m_at] == u'\\') {
            m_failed = true;
            return {};
        }
        return m_latex.mid(m_at++, 1).toString();
    }

    QString until(QChar end) {
        if (++m_depth > kDepth) {
            m_failed = true;
        }
        QString text;
        bool ended = end.isNull();
        while (m_at < m_latex.size() && !m_failed) {
            const QChar c = m_latex[m_at++];
            if (c == end && !end.isNull()) {
                ended = true;
                break;
            }
            if (c == u'{') {
                text += until(u'}');
            } else if (c == u'}' || c == u'&' || c == u'_') {
                m_failed = c != u'&';
            } else if (c == u'^') {
                text += QLatin1String("^(") + argument() + u')';
            } else if (c == u'\\') {
                text += command();
            } else {
                text += c == u'~' ? QChar(u' ') : c;
            }
        }
        --m_depth;
        m_failed = m_failed || !ended;
        return text;
    }

    QString command() {
        qsizetype length = 0;
        while (m_at + length < m_latex.size() && m_latex[m_at + length].isLetter()) {
            ++length;
        }
        const QString name = m_latex.mid(m_at, std::max<qsizetype>(1, length)).toString();
        m_at += name.size();
        static const QHash<QString, QString> signs = {
            {QStringLiteral("times"), QStringLiteral(" * ")},
            {QStringLiteral("cdot"), QStringLiteral(" * ")},
            {QStringLiteral("div"), QStringLiteral(" / ")},
            {QStringLiteral("approx"), QStringLiteral(" ≈ ")},
            {QStringLiteral("{"), QStringLiteral("{")},
            {QStringLiteral("}"), QStringLiteral("}")},
            {QStringLiteral("left"), QString()},
            {QStringLiteral("right"), QString()},
            {QStringLiteral(","), QString()},
            {QStringLiteral("!"), QString()},
            {QStringLiteral(";"), QStringLiteral(" ")},
            {QStringLiteral(":"), QStringLiteral(" ")},
            {QStringLiteral(" "), QStringLiteral(" ")},
            {QStringLiteral("quad"), QStringLiteral(" ")},
            {QStringLiteral("qquad"), QStringLiteral(" ")},
            {QStringLiteral("%"), QStringLiteral("%")},
            {QStringLiteral("$"), QStringLiteral("$")},
            {QStringLiteral("\\"), QStringLiteral("\n")},
            {QStringLiteral("dots"), QStringLiteral("…")},
            {QStringLiteral("ldots"), QStringLiteral("…")},
            {QStringLiteral("begin"), QString()},
            {QStringLiteral("end"), QString()},
        };
        if (name == QLatin1String("frac") || name == QLatin1String("dfrac") ||
            name == QLatin1String("tfrac")) {
            const QString top = argument();
            const QString bottom = argument();
            return QStringLiteral(" ((%1)/(%2))").arg(top, bottom);
        }
        if (name == QLatin1String("sqrt")) {
            return QLatin1String(" sqrt(") + argument() + u')';
        }
        if (name == QLatin1String("text") || name == QLatin1String("mathrm")) {
            return u' ' + argument();
        }
        if (name == QLatin1String("boxed") || name == QLatin1String("mathbf")) {
            return u' ' + argument();
        }
        if (name == QLatin1String("begin") || name == QLatin1String("end")) {
            const QString environment = argument();
            m_failed = m_failed || !environment.startsWith(QLatin1String("align"));
            return {};
        }
        const auto found = signs.constFind(name);
        m_failed = m_failed || found == signs.constEnd();
        return found == signs.constEnd() ? QString() : *found;
    }

    QStringView m_latex;
    qsizetype m_at = 0;
    int m_depth = 0;
    bool m_failed = false;
};

} // namespace

std::optional<QString> arithmeticOfFormula(QStringView latex) {
    return Rewriter(latex).run();
}

} // namespace phidelity
