// SPDX-License-Identifier: MIT
// A second start hands its model to the first and ends, with real processes.
#include <csignal>

#include <cstdio>

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>

#include "app/single_instance.h"

using namespace phidelity;

namespace {

/// The other process: claims, tells its role, and as the first one what it is handed.
int runInstance(const QString& folder, const QString& model) {
    SingleInstance instance(folder);
    const auto say = [](const QString& line) {
        std::printf("%s\n", qPrintable(line));
        std::fflush(stdout);
    };
    QObject::connect(&instance, &SingleInstance::started, &instance,
                     [&](const StartRequest& request) {
                         say(QStringLiteral("handed ") + request.model + u' ' +
                             QString::fromUtf8(request.activationToken));
                     });
    switch (instance.claim({model, "token"})) {
    case SingleInstance::Role::First:
        say(QStringLiteral("first"));
        return QCoreApplication::exec();
    case SingleInstance::Role::Second:
        say(QStringLiteral("second"));
        return 0;
    case SingleInstance::Role::NoAnswer:
        say(QStringLiteral("no answer"));
        return 1;
    }
    return 2;
}

class Instance {
public:
    Instance(const QString& folder, const QString& model) {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QCoreApplication::applicationFilePath(),
                        {QStringLiteral("--instance"), folder, model});
    }
    ~Instance() {
        m_process.kill();
        m_process.waitForFinished();
    }
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    /// The next line that it says; empty after 20 s.
    QString line() {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(20'000)) {
                break;
            }
        }
        return QString::fromUtf8(m_process.readLine()).trimmed();
    }
    int exitCode() { return m_process.waitForFinished(20'000) ? m_process.exitCode() : -1; }
    QProcess& process() { return m_process; }

private:
    QProcess m_process;
};

} // namespace

class SingleInstanceTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_runtime;

private slots:
    void initTestCase() { qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_runtime.path())); }

    void theSecondHandsOverAndEnds() {
        QTemporaryDir data;
        Instance first(data.path(), "a.gguf");
        QCOMPARE(first.line(), QString("first"));
        Instance second(data.path(), "/models/ünï code.gguf");
        QCOMPARE(second.line(), QString("second"));
        QCOMPARE(second.exitCode(), 0);
        QCOMPARE(first.line(), QString("handed /models/ünï code.gguf token"));
        Instance third(data.path(), {});
        QCOMPARE(third.line(), QString("second"));
        QCOMPARE(first.line(), QString("handed  token"));
    }

    void eachDataFolderHasItsOwn() {
        QTemporaryDir one;
        QTemporaryDir other;
        Instance first(one.path(), {});
        QCOMPARE(first.line(), QString("first"));
        Instance second(other.path(), {});
        QCOMPARE(second.line(), QString("first"));
    }

    void aLinkToTheFolderIsTheSameFolder() {
        QTemporaryDir data;
        Instance first(data.path(), {});
        QCOMPARE(first.line(), QString("first"));
        const QString link = m_runtime.filePath("link");
        QVERIFY(QFile::link(data.path(), link));
        Instance second(link, {});
        QCOMPARE(second.line(), QString("second"));
    }

    void aFolderThatIsNotThereYetIsTheSameWhenItIs() {
        QTemporaryDir data;
        const QString link = m_runtime.filePath("parent");
        QVERIFY(QFile::link(data.path(), link));
        Instance first(link + "/new/data", {});
        QCOMPARE(first.line(), QString("first"));
        QVERIFY(!QFile::exists(data.filePath("new")));
        QVERIFY(QDir(data.path()).mkpath("new/data"));
        Instance second(data.path() + "/new/data/", {});
        QCOMPARE(second.line(), QString("second"));
    }

    void aDeadOneIsNoneAndItsSocketIsReplaced() {
        QTemporaryDir data;
        for (int round = 0; round < 3; ++round) {
            Instance first(data.path(), {});
            QCOMPARE(first.line(), QString("first"));
            ::kill(static_cast<pid_t>(first.process().processId()), SIGKILL);
            QVERIFY(first.process().waitForFinished());
        }
        Instance next(data.path(), {});
        QCOMPARE(next.line(), QString("first"));
        Instance second(data.path(), {});
        QCOMPARE(second.line(), QString("second"));
    }

    void ofManyStartsAtOnceExactlyOneIsFirst() {
        for (int round = 0; round < 4; ++round) {
            QTemporaryDir data;
            std::vector<std::unique_ptr<Instance>> all;
            for (int count = 0; count < 6; ++count) {
                all.push_back(std::make_unique<Instance>(data.path(), QString::number(count)));
            }
            int first = 0;
            int second = 0;
            for (const auto& one : all) {
                const QString said = one->line();
                first += said == "first" ? 1 : 0;
                second += said == "second" ? 1 : 0;
            }
            QCOMPARE(first, 1);
            QCOMPARE(second, 5);
        }
    }

    void oneThatIsStoppedDoesNotAnswer() {
        QTemporaryDir data;
        Instance first(data.path(), {});
        QCOMPARE(first.line(), QString("first"));
        ::kill(static_cast<pid_t>(first.process().processId()), SIGSTOP);
        SingleInstance here(data.path());
        QCOMPARE(here.claim({}, 300), SingleInstance::Role::NoAnswer);
        ::kill(static_cast<pid_t>(first.process().processId()), SIGCONT);
        QCOMPARE(here.claim({}), SingleInstance::Role::Second);
    }

    void theSocketIsForThisUserOnly() {
        QTemporaryDir data;
        SingleInstance here(data.path());
        QCOMPARE(here.claim({}), SingleInstance::Role::First);
        const QFileInfoList entries =
            QDir(m_runtime.path()).entryInfoList({"phidelity-*"}, QDir::System | QDir::Files);
        QVERIFY(!entries.isEmpty());
        for (const QFileInfo& entry : entries) {
            const auto others =
                QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
            QVERIFY2(!(entry.permissions() & others), qPrintable(entry.fileName()));
        }
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc == 4 && qstrcmp(argv[1], "--instance") == 0) {
        return runInstance(QString::fromLocal8Bit(argv[2]), QString::fromLocal8Bit(argv[3]));
    }
    SingleInstanceTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "single_instance_test.moc"
