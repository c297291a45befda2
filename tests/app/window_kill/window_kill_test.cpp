// SPDX-License-Identifier: MIT
// The window program is killed (SIGKILL) at random moments while it writes replies, and started
// again on the same folder: what it had said to be saved is there, of the rest at most the last
// second is lost, and it goes on where it was.
//
// PHIDELITY_KILLS sets the number of times, 10 if it is not set.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include "store/chat_store.h"

using namespace phidelity;

namespace {

constexpr int kStartMs = 30'000; ///< after this a start has failed
/// The promise is a second; what is over it is the time that a busy machine takes to write.
constexpr double kMostLostMs = 1'500;

double nowMs() {
    const std::chrono::duration<double, std::milli> now =
        std::chrono::steady_clock::now().time_since_epoch();
    return now.count();
}

/// A text as it was shown: which message it is, and when it had which length.
struct Shown {
    QString question;
    int version = 0; ///< of the reply, from 1; 0 is the question itself
    QString text;
    QList<std::pair<double, qsizetype>> lengths;
    qsizetype saved = 0; ///< letters that were there when the window said "Saved"
};

/// What came of one run of the program.
struct Run {
    QList<Shown> shown;
    QStringList restored;
    double readyMs = -1;
    double killedAt = 0;
    QString missing = QStringLiteral("the window"); ///< what it waited for until it was ready
};

void note(Run& run, const QJsonObject& line) {
    if (line.contains("missing")) {
        run.missing = line.value("missing").toString();
        return;
    }
    if (line.contains("ready")) {
        run.missing.clear();
        for (const QJsonValue text : line.value("ready").toArray()) {
            run.restored.append(text.toString());
        }
        return;
    }
    if (line.contains("saved")) {
        for (Shown& one : run.shown) {
            one.saved = one.text.size();
        }
        return;
    }
    const QString question = line.value("question").toString();
    const int version = line.value("version").toInt();
    auto place = std::find_if(run.shown.begin(), run.shown.end(), [&](const Shown& one) {
        return one.question == question && one.version == version;
    });
    if (place == run.shown.end()) {
        place = run.shown.insert(run.shown.end(), Shown{question, version, {}, {}, 0});
    }
    place->text = place->text.left(line.value("from").toInt()) + line.value("text").toString();
    place->lengths.append({line.value("at").toDouble(), place->text.size()});
}

/// The texts that the store has for what was shown: the question, then the versions of its reply.
QStringList keptFor(const QList<Loaded>& conversations, const QString& question) {
    for (const Loaded& conversation : conversations) {
        for (const MessageNode& node : conversation.nodes) {
            if (node.message.speaker != Speaker::User || node.message.text != question) {
                continue;
            }
            QStringList texts{question};
            for (const MessageNode& reply : conversation.nodes) {
                if (reply.parent == node.id) {
                    texts.append(reply.message.text);
                }
            }
            return texts;
        }
    }
    return {};
}

} // namespace

class WindowKillTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    [[nodiscard]] QString path(const char* name) const {
        return m_folder.filePath(QLatin1String(name));
    }

    void startProgram(QProcess& process, qsizetype conversations) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("QT_QPA_PLATFORM", "offscreen");
        environment.insert("QT_PLUGIN_PATH", PHIDELITY_TYPIST_DIR);
        environment.insert("QT_QPA_GENERIC_PLUGINS", "typist");
        environment.insert("XDG_CONFIG_HOME", path("config"));
        environment.insert("XDG_RUNTIME_DIR", path("runtime"));
        environment.insert("XDG_CACHE_HOME", path("cache"));
        environment.insert("TYPIST_EXPECTS", QString::number(conversations));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(PHIDELITY_BIN_DIR "/phidelity"),
                      {"--data", path("data"), "--device", "cpu", "--threads", "1"});
    }

    static void drain(QProcess& process, Run& run) {
        while (process.canReadLine()) {
            note(run, QJsonDocument::fromJson(process.readLine()).object());
        }
    }

    /// Starts the program where there are so many conversations, and ends it `afterMs` after it
    /// was ready, or after its start where it should not get that far.
    Run runUntilKilled(qsizetype conversations, int afterMs, bool atStart) const {
        Run run;
        QProcess process;
        const double start = nowMs();
        startProgram(process, conversations);
        const auto id = static_cast<pid_t>(process.processId());
        while (!atStart && run.readyMs < 0 && nowMs() - start < kStartMs) {
            process.waitForReadyRead(100);
            drain(process, run);
            if (run.missing.isEmpty()) {
                run.readyMs = nowMs() - start;
            }
        }
        // The demo model writes a reply in less than a second. It gets a quarter of the time, so
        // that most are killed in the middle of a long one.
        const double end = nowMs() + afterMs;
        while (nowMs() < end) {
            ::kill(id, SIGSTOP);
            process.waitForReadyRead(6);
            ::kill(id, SIGCONT);
            QTest::qSleep(2);
        }
        ::kill(id, SIGKILL);
        run.killedAt = nowMs();
        process.waitForFinished(10'000);
        drain(process, run);
        const QByteArray complaints = process.readAllStandardError();
        if (!complaints.isEmpty()) {
            qWarning("%s", complaints.constData());
        }
        return run;
    }

    /// What the store holds now. Looked at in a copy, so that the program finds what it left.
    [[nodiscard]] QList<Loaded> kept() const {
        QList<Loaded> all;
        QDir copy(path("copy"));
        copy.removeRecursively();
        copy.mkpath(".");
        const QDir data(path("data"));
        for (const QString& name : data.entryList(QDir::Files)) {
            QFile::copy(data.filePath(name), copy.filePath(name));
        }
        const auto store = ChatStore::open(copy.path());
        if (!store) {
            qWarning("%s", qPrintable(store.error().detail));
            return all;
        }
        const auto integrity = (*store)->checkIntegrity();
        if (!integrity || !integrity->isEmpty() || !(*store)->opened().salvage.setAside.isEmpty()) {
            qWarning("the database is damaged");
            return all;
        }
        const auto listed = (*store)->list();
        for (const ConversationInfo& info :
             listed ? listed->conversations : QList<ConversationInfo>()) {
            if (const auto loaded = (*store)->load(info.id)) {
                all.append(*loaded);
            }
        }
        return all;
    }

    double m_mostLostMs = 0;
    int m_inTheMiddle = 0; ///< kills that took some of a text away

    void verify(const Run& run, const QList<Loaded>& conversations, bool isNew) {
        for (const Shown& one : run.shown) {
            const QStringList texts = keptFor(conversations, one.question);
            const QString text = texts.value(one.version);
            QVERIFY2(text.size() >= one.saved,
                     qPrintable(QStringLiteral("%1: of %2 letters said to be saved %3 are there")
                                    .arg(one.question)
                                    .arg(one.saved)
                                    .arg(text.size())));
            // It may have been kept a moment before it was shown.
            QVERIFY2(text.startsWith(one.text) || one.text.startsWith(text),
                     qPrintable(one.text + u'\n' + text));
            for (const auto& [at, length] : one.lengths) {
                if (length > text.size()) {
                    const double lost = run.killedAt - at;
                    m_mostLostMs = std::max(m_mostLostMs, lost);
                    m_inTheMiddle += isNew ? 1 : 0;
                    QVERIFY2(lost <= kMostLostMs,
                             qPrintable(QStringLiteral("%1: text of %2 ms is lost")
                                            .arg(one.question)
                                            .arg(lost)));
                    break;
                }
            }
            // A reply is only asked for when its question is on the disk.
            QVERIFY(one.version == 0 || one.text.isEmpty() || !texts.isEmpty());
        }
    }

private slots:
    void initTestCase() {
        QVERIFY(QDir().mkpath(path("config/phidelity")) && QDir().mkpath(path("runtime")));
        QFile::setPermissions(path("runtime"),
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QFile preferences(path("config/phidelity/phidelity.ini"));
        QVERIFY(preferences.open(QIODevice::WriteOnly));
        // Replies that go on to their limit.
        preferences.write(
            "[chat]\nformat=raw\nsettings=\"{\\\"max_tokens\\\":330,\\\"logit_bias\\\":"
            "[[2009,\\\"-inf\\\"]],\\\"temperature\\\":0.9}\"\n");
    }

    void whatWasSavedIsThereAfterEachKill() {
        const int kills = qEnvironmentVariable("PHIDELITY_KILLS", QStringLiteral("10")).toInt();
        QRandomGenerator* random = QRandomGenerator::global();
        QList<Loaded> before;
        QList<Run> all;
        QList<double> starts;
        qsizetype texts = 0;
        for (int round = 0; round < kills; ++round) {
            // Some die while they start.
            const bool atStart = round % 8 == 5;
            const Run run =
                runUntilKilled(before.size(), random->bounded(atStart ? 400 : 4000), atStart);
            if (!atStart) {
                QVERIFY2(run.readyMs >= 0,
                         qPrintable("the window did not come up: it lacks " + run.missing));
                starts.append(run.readyMs);
            }
            // It showed what was there.
            for (qsizetype row = 0; row < run.restored.size(); row += 2) {
                const QStringList texts = keptFor(before, run.restored.at(row));
                QVERIFY2(texts.contains(run.restored.value(row + 1)),
                         qPrintable(texts.join(u'\n')));
            }
            before = kept();
            QVERIFY(round == 0 || !before.isEmpty() || all.first().shown.isEmpty());
            all.append(run);
            texts += run.shown.size();
            for (qsizetype one = 0; one <= round; ++one) {
                verify(all.at(one), before, one == round);
                if (QTest::currentTestFailed()) {
                    return;
                }
            }
        }
        std::sort(starts.begin(), starts.end());
        qInfo("%d kills, %lld texts, %lld conversations; %d texts cut, of the worst %.0f ms lost; "
              "ready after %.0f ms, at worst %.0f ms",
              kills, static_cast<long long>(texts), static_cast<long long>(before.size()),
              m_inTheMiddle, m_mostLostMs, starts.value(starts.size() / 2),
              starts.isEmpty() ? 0 : starts.last());
        QVERIFY(texts > kills);
    }
};

int main(int argc, char** argv) {
    // QtTest takes a function of more than five minutes for one that hangs; a round takes three
    // seconds, and ten where the machine has other things to do.
    constexpr int kRoundMs = 10'000;
    if (const int kills = qEnvironmentVariableIntValue("PHIDELITY_KILLS"); kills > 0) {
        qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number(300'000 + kills * kRoundMs));
    }
    const QCoreApplication application(argc, argv);
    WindowKillTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "window_kill_test.moc"
