// SPDX-License-Identifier: MIT
#include "app/transcript/code_runs.h"
#include "chat/markdown/code_language.h"

#include <algorithm>
#include <cmath>

#include <QHash>

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

using KSyntaxHighlighting::Theme;

/// WCAG 2 relative luminance.
double luminance(const QColor& color) {
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

QColor readable(QColor color, const QColor& ground) {
    const bool darker = luminance(ground) > 0.5;
    constexpr double kWanted = 4.5;
    for (int step = 0; step < 40 && contrast(color, ground) < kWanted; ++step) {
        constexpr int kPercent = 108;
        color = darker ? color.darker(kPercent) : color.lighter(kPercent);
        if (!darker && color.value() == 255) { // lighter() ends at full colours
            color.setHslF(color.hslHueF(), color.hslSaturationF(),
                          std::min(1.0F, color.lightnessF() + 0.03F));
        }
    }
    return color;
}

class Highlighter : public KSyntaxHighlighting::AbstractHighlighter {
public:
    KSyntaxHighlighting::State take(QStringView line, qsizetype start,
                                    const KSyntaxHighlighting::State& state, QList<CodeRun>* runs) {
        m_start = start;
        m_runs = runs;
        return highlightLine(line, state);
    }

protected:
    void applyFormat(int offset, int length, const KSyntaxHighlighting::Format& format) override {
        const int kind = static_cast<int>(format.textStyle());
        if (length <= 0 || kind <= 0 || kind > kCodeKinds) {
            return;
        }
        const qsizetype start = m_start + offset;
        const bool goesOn = !m_runs->isEmpty() && m_runs->last().kind == kind &&
                            m_runs->last().start + m_runs->last().length == start;
        if (goesOn) {
            m_runs->last().length += length;
        } else {
            m_runs->append({start, length, kind});
        }
    }

private:
    qsizetype m_start = 0;
    QList<CodeRun>* m_runs = nullptr;
};

} // namespace

struct CodeKinds::Tools {
    KSyntaxHighlighting::Repository repository;
    Highlighter highlighter;
    KSyntaxHighlighting::State state;
    bool known = false;
    QHash<int, CodeLook> looks;

    KSyntaxHighlighting::Definition definition(const QString& language) const {
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

CodeKinds::CodeKinds() : m_tools(std::make_unique<Tools>()) {
    const Theme light =
        m_tools->repository.defaultTheme(KSyntaxHighlighting::Repository::LightTheme);
    const Theme dark = m_tools->repository.defaultTheme(KSyntaxHighlighting::Repository::DarkTheme);
    for (int kind = 1; kind <= kCodeKinds; ++kind) {
        const auto style = static_cast<Theme::TextStyle>(kind);
        CodeLook look;
        look.light = readable(QColor::fromRgb(light.textColor(style)), QColor(kCodeGround));
        look.dark = readable(QColor::fromRgb(dark.textColor(style)), QColor(kDarkCodeGround));
        look.bold = light.isBold(style);
        look.italic = light.isItalic(style);
        m_tools->looks.insert(kind, look);
    }
}

void CodeKinds::begin(const QString& language) {
    const KSyntaxHighlighting::Definition definition = m_tools->definition(language);
    m_tools->known = definition.isValid();
    m_tools->state = {};
    if (m_tools->known) {
        m_tools->highlighter.setDefinition(definition);
    }
}

QList<CodeRun> CodeKinds::runs(const QString& text) {
    QList<CodeRun> runs;
    if (!m_tools->known) {
        return runs;
    }
    constexpr qsizetype kLongestLine = 2000;
    for (qsizetype start = 0; start <= text.size();) {
        qsizetype end = text.indexOf(u'\n', start);
        end = end < 0 ? text.size() : end;
        const qsizetype length = std::min(end - start, kLongestLine);
        m_tools->state = m_tools->highlighter.take(QStringView(text).mid(start, length), start,
                                                   m_tools->state, &runs);
        start = end + 1;
    }
    return runs;
}

CodeLook CodeKinds::look(int kind) const {
    return m_tools->looks.value(kind);
}

QString CodeKinds::title(const QString& language) const {
    const KSyntaxHighlighting::Definition definition = m_tools->definition(language);
    return definition.isValid() ? definition.translatedName() : language;
}

#else

struct CodeKinds::Tools {};
CodeKinds::CodeKinds() = default;
void CodeKinds::begin(const QString&) {}
QList<CodeRun> CodeKinds::runs(const QString&) {
    return {};
}
CodeLook CodeKinds::look(int) const {
    return {};
}
QString CodeKinds::title(const QString& language) const {
    return language;
}

#endif

CodeKinds::~CodeKinds() = default;

} // namespace phidelity
