// SPDX-License-Identifier: MIT
#include "ui/code/line_colors.h"

#include <algorithm>
#include <limits>

#include <QElapsedTimer>
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QTextLayout>
#include <QTimerEvent>

#include "ui/theme.h"

#if PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING
#include <KSyntaxHighlighting/AbstractHighlighter>
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/State>
#include <KSyntaxHighlighting/Theme>
#endif

namespace phidelity {

#if PHIDELITY_HAVE_SYNTAX_HIGHLIGHTING

namespace {

/// The document takes about twice as long again to note what was coloured in it.
constexpr int kSliceMs = 3;
/// Lines that what is seen is worth waiting for; those beyond are coloured in their turn.
constexpr int kNearLines = 1500;
constexpr qsizetype kLongestLine = 2000;

/// The state at the end of a line.
struct LineState : QTextBlockUserData {
    KSyntaxHighlighting::State state;
};

KSyntaxHighlighting::Repository& repository() {
    static KSyntaxHighlighting::Repository files; // some 20 ms at the first use
    return files;
}

class Highlighter : public KSyntaxHighlighting::AbstractHighlighter {
public:
    QColor back;
    QList<QTextLayout::FormatRange> formats;

    KSyntaxHighlighting::State line(QStringView text, const KSyntaxHighlighting::State& before) {
        formats.clear();
        return highlightLine(text.left(kLongestLine), before);
    }

protected:
    void applyFormat(int offset, int length, const KSyntaxHighlighting::Format& format) override {
        if (length <= 0 || format.isDefaultTextStyle(theme())) {
            return;
        }
        QTextLayout::FormatRange range;
        range.start = offset;
        range.length = length;
        if (format.hasTextColor(theme())) {
            range.format.setForeground(readableOn(back, format.textColor(theme())));
        }
        if (format.isBold(theme())) {
            range.format.setFontWeight(QFont::DemiBold);
        }
        range.format.setFontItalic(format.isItalic(theme()));
        formats.append(range);
    }
};

} // namespace

struct LineColors::Tools {
    KSyntaxHighlighting::Definition definition;
    Highlighter highlighter;
};

LineColors::LineColors(QPlainTextEdit* edit)
    : QObject(edit), m_edit(edit), m_tools(std::make_unique<Tools>()) {
    connect(edit->document(), &QTextDocument::contentsChange, this, &LineColors::changed);
}

LineColors::~LineColors() = default;

void LineColors::setFileName(const QString& name) {
    m_tools->definition = repository().definitionForFileName(name);
    refresh();
}

QString LineColors::language() const {
    return m_tools->definition.isValid() ? m_tools->definition.translatedName() : QString();
}

QString LineColors::commentMark() const {
    return m_tools->definition.isValid() ? m_tools->definition.singleLineCommentMarker()
                                         : QString();
}

void LineColors::refresh() {
    const Shades shades = shadesOf(m_edit->palette());
    m_tools->highlighter.back = shades.page;
    m_tools->highlighter.setDefinition(m_tools->definition);
    m_tools->highlighter.setTheme(
        repository().defaultTheme(shades.dark ? KSyntaxHighlighting::Repository::DarkTheme
                                              : KSyntaxHighlighting::Repository::LightTheme));
    m_valid = 0;
    m_dirtyTo = std::numeric_limits<int>::max();
    m_timer.start(0, this);
}

void LineColors::changed(int position, int, int added) {
    if (m_colouring) {
        return;
    }
    const QTextDocument* document = m_edit->document();
    const int first = document->findBlock(position).blockNumber();
    const int last = document->findBlock(std::min(position + added, document->characterCount() - 1))
                         .blockNumber();
    m_valid = std::max(0, std::min(m_valid, first));
    m_dirtyTo = std::max(m_dirtyTo, last + 1);
    m_timer.start(0, this);
}

void LineColors::ensure(int line) {
    if (line - m_valid < kNearLines) {
        colour(line + 1, 2 * kSliceMs);
    }
}

bool LineColors::colour(int upTo, int milliseconds) {
    QTextDocument* document = m_edit->document();
    upTo = std::min(upTo, document->blockCount());
    if (m_valid >= upTo) {
        return true;
    }
    QElapsedTimer clock;
    clock.start();
    m_colouring = true;
    QTextBlock block = document->findBlockByNumber(m_valid);
    const int from = block.position();
    int to = from;
    const auto stateBefore = [](const QTextBlock& here) {
        const auto* before = static_cast<LineState*>(here.previous().userData());
        return before ? before->state : KSyntaxHighlighting::State();
    };
    KSyntaxHighlighting::State state = stateBefore(block);
    while (block.isValid() && m_valid < upTo) {
        state = m_tools->highlighter.line(block.text(), state);
        auto* kept = static_cast<LineState*>(block.userData());
        const bool same = kept && kept->state == state;
        if (!kept) {
            kept = new LineState;
            block.setUserData(kept);
        }
        kept->state = state;
        block.layout()->setFormats(m_tools->highlighter.formats);
        to = block.position() + block.length();
        ++m_valid;
        if (same && m_valid >= m_dirtyTo) {
            // From here on nothing has changed.
            m_valid = document->blockCount();
            break;
        }
        if (m_valid % 16 == 0 && clock.elapsed() >= milliseconds) {
            break;
        }
        block = block.next();
    }
    document->markContentsDirty(from, std::min(to, document->characterCount()) - from);
    m_colouring = false;
    if (m_valid >= document->blockCount()) {
        m_dirtyTo = 0;
    }
    return m_valid >= upTo;
}

void LineColors::timerEvent(QTimerEvent*) {
    if (colour(m_edit->document()->blockCount(), kSliceMs)) {
        m_timer.stop();
    }
}

#else

struct LineColors::Tools {};
LineColors::LineColors(QPlainTextEdit* edit) : QObject(edit), m_edit(edit) {}
LineColors::~LineColors() = default;
void LineColors::setFileName(const QString&) {}
QString LineColors::language() const {
    return {};
}
QString LineColors::commentMark() const {
    return QStringLiteral("#");
}
void LineColors::refresh() {}
void LineColors::ensure(int) {}
void LineColors::timerEvent(QTimerEvent*) {}
void LineColors::changed(int, int, int) {}
bool LineColors::colour(int, int) {
    return true;
}

#endif

} // namespace phidelity
