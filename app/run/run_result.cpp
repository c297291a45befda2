// SPDX-License-Identifier: MIT
#include "run/run_result.h"

#include <algorithm>

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

#include "chat/markdown/visible_text.h"

namespace phidelity {

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("RunResult", text);
}

} // namespace

QString describe(const RunResult& result) {
    const QString time = QString::number(result.seconds, 'f', 1);
    QString sentence;
    switch (result.outcome) {
    case RunResult::Outcome::Finished:
        sentence = say("Ended after %1 s.").arg(time);
        break;
    case RunResult::Outcome::Failed:
        sentence = say("Ended with an error after %1 s.").arg(time);
        break;
    case RunResult::Outcome::TimedOut:
        sentence = say("Stopped: it took longer than %1 s.").arg(time);
        break;
    case RunResult::Outcome::TooMuchOutput:
        sentence = say("Stopped after %1 s: it printed too much.").arg(time);
        break;
    case RunResult::Outcome::TooManyFiles:
        sentence = say("Stopped after %1 s: it made too many files.").arg(time);
        break;
    case RunResult::Outcome::Stopped:
        sentence = say("Stopped after %1 s.").arg(time);
        break;
    case RunResult::Outcome::NotStarted:
        return say("Not run: the sandbox could not be made on this system.");
    }
    QStringList parts;
    if (result.passed > 0) {
        parts.append(say("%1 passed").arg(result.passed));
    }
    if (result.failed > 0) {
        parts.append(say("%1 failed").arg(result.failed));
    }
    if (result.notRun > 0) {
        parts.append(say("%1 not run").arg(result.notRun));
    }
    return parts.isEmpty() ? sentence
                           : say("%1 Checks: %2.").arg(sentence, parts.join(QStringLiteral(", ")));
}

bool readReport(const QByteArray& report, RunResult* result) {
    const qsizetype zero = report.indexOf('\0');
    const QByteArray written = report.left(zero < 0 ? report.size() : zero);
    const QJsonObject counts = QJsonDocument::fromJson(written).object();
    const auto count = [&counts](const char* name) {
        return std::clamp(counts.value(QLatin1String(name)).toInt(), 0, 1'000'000);
    };
    result->passed = count("passed");
    result->failed = count("failed");
    result->notRun = std::max(0, count("total") - result->passed - result->failed);
    return !written.isEmpty();
}

QString harmlessOutput(const QByteArray& bytes) {
    QString text = QString::fromUtf8(bytes);
    text.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    return visibleText(text);
}

} // namespace phidelity
