// SPDX-License-Identifier: MIT
#include "ui/text_block.h"

namespace phidelity {

namespace {

qsizetype runLength(const QString& text, qsizetype at) {
    qsizetype end = at;
    while (end < text.size() && text.at(end) == text.at(at)) {
        ++end;
    }
    return end - at;
}

bool isWord(const QString& text, qsizetype at) {
    return at >= 0 && at < text.size() && text.at(at).isLetterOrNumber();
}

bool isSpaceOrEdge(const QString& text, qsizetype at) {
    return at < 0 || at >= text.size() || text.at(at).isSpace();
}

/// One pass, with a stack of open marks: linear whatever the text.
class InlineReader {
public:
    explicit InlineReader(const QString& text) : m_text(text) { m_shown.reserve(text.size()); }

    QString read(QList<Span>* spans) {
        for (qsizetype at = 0; at < m_text.size();) {
            at = step(at);
        }
        *spans = m_spans;
        return m_shown;
    }

private:
    struct OpenMark {
        QChar mark;
        int length;
        qsizetype shownAt; ///< where the mark itself stands in m_shown
    };

    qsizetype step(qsizetype at) {
        const QChar c = m_text.at(at);
        if (c == u'\\' && at + 1 < m_text.size() &&
            QStringLiteral("*_`[]\\#").contains(m_text.at(at + 1))) {
            m_shown += m_text.at(at + 1);
            return at + 2;
        }
        if (c == u'`') {
            return readCode(at);
        }
        if (c == u'*' || c == u'_') {
            return readEmphasis(at);
        }
        if (c == u'[') {
            if (const qsizetype end = readLink(at); end > at) {
                return end;
            }
        }
        m_shown += c;
        return at + 1;
    }

    qsizetype readCode(qsizetype at) {
        const qsizetype run = runLength(m_text, at);
        // A search that failed once for this length fails for the rest of the text.
        if (run <= 3 && !(m_noCodeEnd & (1 << run))) {
            for (qsizetype end = m_text.indexOf(u'`', at + run); end >= 0;
                 end = m_text.indexOf(u'`', end)) {
                const qsizetype closing = runLength(m_text, end);
                if (closing == run) {
                    m_spans.append({m_shown.size(), end - at - run, Span::Code});
                    m_shown += QStringView(m_text).mid(at + run, end - at - run);
                    return end + closing;
                }
                end += closing;
            }
            m_noCodeEnd |= 1 << run;
        }
        m_shown += QStringView(m_text).mid(at, run);
        return at + run;
    }

    qsizetype readEmphasis(qsizetype at) {
        const QChar mark = m_text.at(at);
        const qsizetype run = runLength(m_text, at);
        const bool inWord = mark == u'_' && isWord(m_text, at - 1) && isWord(m_text, at + run);
        if (run > 3 || inWord) {
            m_shown += QStringView(m_text).mid(at, run);
            return at + run;
        }
        const int length = static_cast<int>(run);
        const bool canClose = !isSpaceOrEdge(m_text, at - 1);
        const bool canOpen = !isSpaceOrEdge(m_text, at + run);
        if (canClose && !m_open.isEmpty() && m_open.last().mark == mark &&
            m_open.last().length == length) {
            const OpenMark open = m_open.takeLast();
            m_shown.remove(open.shownAt, length);
            for (Span& span : m_spans) {
                if (span.start >= open.shownAt) {
                    span.start -= length;
                }
            }
            const quint8 looks = static_cast<quint8>((length & 1 ? Span::Italic : 0) |
                                                     (length & 2 ? Span::Bold : 0));
            m_spans.append({open.shownAt, m_shown.size() - open.shownAt, looks});
            return at + run;
        }
        // Few marks can be open at once; beyond that it is not emphasis.
        if (canOpen && m_open.size() < 4) {
            m_open.append({mark, length, m_shown.size()});
        }
        m_shown += QStringView(m_text).mid(at, run);
        return at + run;
    }

    /// The end of a link that begins at `at`, or `at` where there is none.
    qsizetype readLink(qsizetype at) {
        constexpr qsizetype kLongest = 600;
        const QStringView near = QStringView(m_text).mid(at, kLongest);
        const qsizetype middle = near.indexOf(QLatin1String("]("));
        const qsizetype end = middle < 0 ? -1 : near.indexOf(u')', middle);
        if (end < 0 || middle < 2) {
            return at;
        }
        const QStringView words = near.mid(1, middle - 1);
        const QStringView address = near.mid(middle + 2, end - middle - 2);
        if (words.contains(u'\n') || address.contains(u' ') || words.contains(u'[')) {
            return at;
        }
        m_spans.append({m_shown.size(), words.size(), Span::Link});
        m_shown += words;
        if (words != address) {
            m_shown += QStringLiteral(" (%1)").arg(address);
        }
        return at + end + 1;
    }

    const QString& m_text;
    QString m_shown;
    QList<Span> m_spans;
    QList<OpenMark> m_open;
    int m_noCodeEnd = 0;
};

} // namespace

QString readInlineMarkup(const QString& text, QList<Span>* spans) {
    return InlineReader(text).read(spans);
}

} // namespace phidelity
