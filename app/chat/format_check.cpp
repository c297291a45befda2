// SPDX-License-Identifier: MIT
#include "chat/format_check.h"

#include <algorithm>

#include <QCoreApplication>

#include "chat/format_limits.h"
#include "chat/prompt_warnings.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("FormatCheck", text);
}

class Remarks {
public:
    void error(const QString& sentence) {
        m_errors.append({FormatRemark::Weight::Error, sentence});
    }
    void advise(const QString& sentence) {
        m_advice.append({FormatRemark::Weight::Advice, sentence});
    }
    [[nodiscard]] QList<FormatRemark> all() const { return m_errors + m_advice; }

private:
    QList<FormatRemark> m_errors;
    QList<FormatRemark> m_advice;
};

bool isTaken(const QString& name, const QStringList& taken) {
    const bool builtIn = std::any_of(std::begin(kFormats), std::end(kFormats), [&](FormatId id) {
        const PromptFormat format(id);
        return name.compare(formatTitle(format), Qt::CaseInsensitive) == 0 ||
               name.compare(format.key(), Qt::CaseInsensitive) == 0;
    });
    return builtIn || taken.contains(name, Qt::CaseInsensitive);
}

/// Neither the store nor the model takes these.
bool cannotBeKept(const QString& text) {
    return text.contains(QChar(u'\0')) || !text.isValidUtf16();
}

void checkName(const QString& name, const QStringList& taken, Remarks* remarks) {
    if (name.trimmed().isEmpty()) {
        remarks->error(translated("Give the format a name."));
    } else if (isTaken(name.trimmed(), taken)) {
        remarks->error(
            translated("Another format is called “%1”: choose another name.").arg(name.trimmed()));
    } else if (name.size() > kLongestFormatName) {
        remarks->error(
            translated("The name is too long: at most %1 characters.").arg(kLongestFormatName));
    } else if (name.contains(u'\n')) {
        remarks->error(translated("The name must be a single line."));
    }
}

void checkTexts(const FormatRules& rules, Remarks* remarks) {
    QStringList texts{rules.userPrefix, rules.userSuffix, rules.replyPrefix, rules.replySuffix};
    texts += rules.stops;
    const bool tooLong = std::any_of(
        texts.begin(), texts.end(), [](const QString& text) { return text.size() > kLongestMark; });
    if (tooLong || rules.opening.size() > kLongestOpening) {
        remarks->error(translated("A text is too long: at most %1 characters at the beginning of "
                                  "the prompt, %2 everywhere else.")
                           .arg(kLongestOpening)
                           .arg(kLongestMark));
    }
    texts.append(rules.opening);
    texts.append(rules.name);
    if (std::any_of(texts.begin(), texts.end(), cannotBeKept)) {
        remarks->error(translated("A text holds a character that cannot be kept (NUL, or half of a "
                                  "character): take it out."));
    }
}

void checkStops(const FormatRules& rules, Remarks* remarks) {
    if (rules.stops.size() > kMostStops) {
        remarks->error(translated("There are too many stop strings: at most %1.").arg(kMostStops));
    }
    for (const QString& stop : rules.stops) {
        if (stop.isEmpty()) {
            remarks->error(translated("A stop string is empty."));
        } else if (stop.trimmed().isEmpty() && !stop.contains(u'\n')) {
            remarks->error(translated("A stop string of spaces would end every reply before its "
                                      "second word: take it out."));
        }
    }
}

/// Ends an invented turn that begins with the user's prefix.
bool stopsBefore(const FormatRules& rules, const QString& prefix) {
    const QString turn = QStringLiteral("\n") + prefix.trimmed();
    return std::any_of(rules.stops.begin(), rules.stops.end(), [&](const QString& stop) {
        return turn.contains(stop) || prefix.contains(stop);
    });
}

void adviseOnTurns(const FormatRules& rules, Remarks* remarks) {
    const QString user = rules.userPrefix.trimmed();
    const QString reply = rules.replyPrefix.trimmed();
    if (rules.replyPrefix.endsWith(u' ') || rules.replyPrefix.endsWith(u'\t')) {
        remarks->advise(translated("What stands before the reply ends in a space. The model writes "
                                   "the space together with its first word: leave it out."));
    }
    if (!user.isEmpty() && user == reply) {
        remarks->advise(
            translated("Both turns begin with “%1”: the model cannot tell who speaks.").arg(user));
    }
    if (!user.isEmpty() && !stopsBefore(rules, rules.userPrefix)) {
        remarks->advise(translated("Nothing ends a reply where the model begins to invent your "
                                   "next turn: add “\\n%1” to what ends a reply.")
                            .arg(user));
    }
    const auto runsOn = [](const QString& suffix, const QString& prefix) {
        return !prefix.isEmpty() && !prefix.front().isSpace() &&
               (suffix.isEmpty() || !suffix.back().isSpace());
    };
    if (runsOn(rules.userSuffix, rules.replyPrefix)) {
        remarks->advise(translated("“%1” stands behind your text in the same line: let your turn "
                                   "end with \\n.")
                            .arg(reply));
    }
    if (runsOn(rules.replySuffix, rules.userPrefix)) {
        remarks->advise(translated("“%1” stands behind the reply in the same line: let the reply "
                                   "end with \\n.")
                            .arg(user));
    }
    if (!rules.opening.isEmpty() && !rules.opening.back().isSpace() &&
        runsOn(QString(), rules.userPrefix)) {
        remarks->advise(translated("“%1” stands behind the beginning of the prompt in the same "
                                   "line: end the beginning with a new line.")
                            .arg(user));
    }
}

/// What is warned of in the composer is known here already.
void adviseOnMarkers(const FormatRules& rules, Remarks* remarks) {
    PromptFacts facts;
    facts.format = PromptFormat::own(rules);
    facts.prompt = buildPrompt(facts.format, sampleTurns(rules)) + rules.replySuffix;
    const QList<PromptWarning> warnings = promptWarnings(facts);
    for (const PromptWarning& warning : warnings) {
        if (warning.kind == PromptWarningKind::ForeignMarker ||
            warning.kind == PromptWarningKind::SpecialToken) {
            remarks->advise(warning.sentence);
        }
    }
}

} // namespace

QList<FormatRemark> checkFormat(const FormatRules& rules, const QStringList& taken) {
    Remarks remarks;
    checkName(rules.name, taken, &remarks);
    checkTexts(rules, &remarks);
    checkStops(rules, &remarks);
    adviseOnTurns(rules, &remarks);
    adviseOnMarkers(rules, &remarks);
    return remarks.all();
}

bool hasError(const QList<FormatRemark>& remarks) {
    return !remarks.isEmpty() && remarks.first().weight == FormatRemark::Weight::Error;
}

QString freeFormatName(const QString& name, const QStringList& taken) {
    constexpr qsizetype kRoomForNumber = 5; // " 1000", of kMostFormats
    const QString stem = name.trimmed().left(kLongestFormatName - kRoomForNumber);
    QString free = stem;
    for (int number = 2; isTaken(free, taken); ++number) {
        free = QStringLiteral("%1 %2").arg(stem).arg(number);
    }
    return free;
}

QList<Turn> sampleTurns(const FormatRules& rules) {
    // The model writes the space between prefix and reply, or it does not: as it would be here.
    const QString space = rules.replyPrefix.isEmpty() || rules.replyPrefix.back().isSpace()
                              ? QString()
                              : QStringLiteral(" ");
    if (rules.replies == ReplyText::Code) {
        return {{Speaker::User, QStringLiteral("def double(x):\n    \"\"\"Return x twice.\"\"\"")},
                {Speaker::Model, QStringLiteral("    return 2 * x")},
                {Speaker::User, QStringLiteral("def half(x):")}};
    }
    return {{Speaker::User, translated("What is 2 + 2?")},
            {Speaker::Model, space + translated("It is 4.")},
            {Speaker::User, translated("And 3 + 3?")}};
}

} // namespace phidelity
