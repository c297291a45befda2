// SPDX-License-Identifier: MIT
#include "ui/code_colors.h"

#include "chat/markdown/code_language.h"
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

class Highlighter : public KSyntaxHighlighting::AbstractHighlighter {
public:
    void begin(const QColor& back, qsizetype lineStart, QList<QTextLayout::FormatRange>* formats) {
        m_back = back;
        m_lineStart = lineStart;
        m_formats = formats;
    }
    KSyntaxHighlighting::State line(QStringView text, const KSyntaxHighlighting::State& state) {
        return highlightLine(text, state);
    }

protected:
    void applyFormat(int offset, int length, const KSyntaxHighlighting::Format& format) override {
        if (length <= 0 || format.isDefaultTextStyle(theme())) {
            return;
        }
        QTextLayout::FormatRange range;
        range.start = static_cast<int>(m_lineStart) + offset;
        range.length = length;
        if (format.hasTextColor(theme())) {
            range.format.setForeground(readableOn(m_back, format.textColor(theme())));
        }
        if (format.isBold(theme())) {
            range.format.setFontWeight(QFont::DemiBold);
        }
        range.format.setFontItalic(format.isItalic(theme()));
        m_formats->append(range);
    }

private:
    QColor m_back;
    qsizetype m_lineStart = 0;
    QList<QTextLayout::FormatRange>* m_formats = nullptr;
};

} // namespace

struct CodeColors::State::Data {
    KSyntaxHighlighting::State state;
};

struct CodeColors::Tools {
    KSyntaxHighlighting::Repository repository;
    Highlighter highlighter;

    KSyntaxHighlighting::Definition definition(const QString& language) {
        if (language.isEmpty()) {
            return {};
        }
        KSyntaxHighlighting::Definition byName = repository.definitionForName(language);
        if (byName.isValid()) {
            return byName;
        }
        return repository.definitionForFileName(codeFileName(language));
    }
};

CodeColors::CodeColors() : m_tools(std::make_unique<Tools>()) {}

QList<QTextLayout::FormatRange> CodeColors::highlight(const QString& language, const QString& text,
                                                      const QPalette& palette, const QColor& back,
                                                      State* state) {
    QList<QTextLayout::FormatRange> formats;
    const KSyntaxHighlighting::Definition definition = m_tools->definition(language);
    if (!definition.isValid()) {
        return formats;
    }
    Highlighter& highlighter = m_tools->highlighter;
    highlighter.setDefinition(definition);
    highlighter.setTheme(m_tools->repository.defaultTheme(
        shadesOf(palette).dark ? KSyntaxHighlighting::Repository::DarkTheme
                               : KSyntaxHighlighting::Repository::LightTheme));
    // Of a line longer than this only the beginning is coloured.
    constexpr qsizetype kLongestLine = 2000;
    for (qsizetype start = 0; start <= text.size();) {
        qsizetype end = text.indexOf(u'\n', start);
        end = end < 0 ? text.size() : end;
        highlighter.begin(back, start, &formats);
        state->m_data->state =
            highlighter.line(QStringView(text).mid(start, std::min(end - start, kLongestLine)),
                             state->m_data->state);
        start = end + 1;
    }
    return formats;
}

QString CodeColors::title(const QString& language) {
    const KSyntaxHighlighting::Definition definition = m_tools->definition(language);
    return definition.isValid() ? definition.translatedName() : language;
}

#else

struct CodeColors::State::Data {};
struct CodeColors::Tools {};

CodeColors::CodeColors() = default;

QList<QTextLayout::FormatRange> CodeColors::highlight(const QString&, const QString&,
                                                      const QPalette&, const QColor&, State*) {
    return {};
}

QString CodeColors::title(const QString& language) {
    return language;
}

#endif

CodeColors::~CodeColors() = default;

CodeColors::State::State() : m_data(std::make_unique<Data>()) {}
CodeColors::State::~State() = default;
CodeColors::State::State(const State& other) : m_data(std::make_unique<Data>(*other.m_data)) {}
CodeColors::State& CodeColors::State::operator=(const State& other) {
    *m_data = *other.m_data;
    return *this;
}

CodeColors& CodeColors::instance() {
    static CodeColors colors;
    return colors;
}

} // namespace phidelity
