// SPDX-License-Identifier: MIT
// Loaded into the window program by Qt (QT_QPA_GENERIC_PLUGINS=typist): somebody who types
// questions and writes down on standard output what the window shows, as it shows it. One JSON
// object a line, each with the time of the steady clock in ms.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <unistd.h>

#include <QAbstractItemModel>
#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QGenericPlugin>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QMainWindow>
#include <QPlainTextEdit>
#include <QTest>
#include <QTimer>

namespace {

constexpr int kLookMs = 5;
constexpr int kRepliesOfAConversation = 3; ///< the context of the demo model holds no more

class Typist : public QObject {
    Q_OBJECT

public:
    Typist() {
        connect(&m_timer, &QTimer::timeout, this, &Typist::look);
        m_timer.start(kLookMs);
    }

private:
    static void write(QJsonObject line) {
        const std::chrono::duration<double, std::milli> now =
            std::chrono::steady_clock::now().time_since_epoch();
        line.insert(QStringLiteral("at"), now.count());
        const QByteArray bytes = QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
        // At once, past any buffer of this process.
        if (::write(STDOUT_FILENO, bytes.constData(), static_cast<std::size_t>(bytes.size())) < 0) {
            QCoreApplication::exit(1);
        }
    }

    template <class Thing>
    [[nodiscard]] Thing* find(const char* name) const {
        return m_window->findChild<Thing*>(QLatin1String(name));
    }

    bool findWindow() {
        const QWidgetList widgets = QApplication::topLevelWidgets();
        for (QWidget* widget : widgets) {
            if (widget->objectName() == QLatin1String("mainWindow") && widget->isVisible()) {
                m_window = widget;
            }
        }
        if (!m_window) {
            return false;
        }
        const auto models = m_window->findChildren<QAbstractItemModel*>();
        for (QAbstractItemModel* model : models) {
            if (qstrcmp(model->metaObject()->className(), "phidelity::MessageModel") == 0) {
                m_messages = model;
                m_textRole = model->roleNames().key("text");
            }
        }
        return m_messages != nullptr;
    }

    [[nodiscard]] QString text(int row) const {
        return m_messages->index(row, 0).data(m_textRole).toString();
    }

    /// It is shown, conversations are listed and the last one is back, a model is open.
    /// TYPIST_EXPECTS: how many conversations there are.
    /// Returns what is not there yet, in words; empty: ready.
    [[nodiscard]] QString missing() const {
        const auto* list = find<QAbstractItemView>("conversations");
        const auto* model = find<QLabel>("statusModel");
        const auto* opening = find<QWidget>("openingProgress");
        const auto* kept = find<QLabel>("statusKept");
        if (!list || !model || !opening || !kept) {
            return QStringLiteral("parts of the window");
        }
        const int expected = qEnvironmentVariableIntValue("TYPIST_EXPECTS");
        if (list->model()->rowCount() < expected) {
            return QStringLiteral("%1 conversations, %2 are listed")
                .arg(expected)
                .arg(list->model()->rowCount());
        }
        if (expected != 0 && m_messages->rowCount() == 0) {
            return QStringLiteral("the messages of the last conversation");
        }
        if (model->text().isEmpty() || !opening->isHidden()) {
            return QStringLiteral("an open model");
        }
        return kept->text() == QLatin1String("Saved")
                   ? QString()
                   : QStringLiteral("\"Saved\", it says ") + kept->text();
    }

    void look() {
        if (!m_window && !findWindow()) {
            return;
        }
        if (!m_ready) {
            const QString missed = missing();
            m_ready = missed.isEmpty();
            if (missed != std::exchange(m_missed, missed) && !m_ready) {
                write({{"missing", missed}});
            }
            if (m_ready) {
                QJsonArray texts;
                for (int row = 0; row < m_messages->rowCount(); ++row) {
                    texts.append(text(row));
                }
                write({{"ready", texts}});
            }
            return;
        }
        const auto* stop = find<QAction>("actionStop");
        m_quiet = stop->isEnabled() || stateOfKeeping() != QLatin1String("Saved") ? 0 : m_quiet + 1;
        tellWhatIsShown();
        if (m_quiet > 3) {
            m_quiet = 0;
            goOn();
        }
    }

    [[nodiscard]] QString stateOfKeeping() const { return find<QLabel>("statusKept")->text(); }

    /// The last question and its reply, each where it has changed.
    void tellWhatIsShown() {
        const int rows = m_messages->rowCount();
        for (int row = std::max(0, rows - 2); row < rows && !m_question.isEmpty(); ++row) {
            const QString now = text(row);
            QString& told = row == rows - 1 ? m_toldReply : m_toldQuestion;
            if (now == told || text(std::max(0, rows - 2)) != m_question) {
                continue;
            }
            const bool grew = now.startsWith(told);
            const auto from = grew ? told.size() : 0;
            write({{"question", m_question},
                   {"version", row == rows - 1 ? m_version : 0},
                   {"from", from},
                   {"text", now.mid(from)}});
            told = now;
        }
        // It says so of everything that the window shows.
        if (stateOfKeeping() == QLatin1String("Saved")) {
            if (!m_toldSaved && !m_question.isEmpty()) {
                write({{"saved", true}});
            }
            m_toldSaved = true;
        } else {
            m_toldSaved = false;
        }
    }

    void goOn() {
        if (m_replies % kRepliesOfAConversation == 0) {
            find<QAction>("actionNew")->trigger();
        }
        ++m_replies;
        m_toldReply.clear();
        if (m_replies % kRepliesOfAConversation == 0) {
            ++m_version;
            find<QAction>("actionRegenerate")->trigger();
            return;
        }
        m_version = 1;
        m_toldQuestion.clear();
        m_question = QStringLiteral("Day %1-%2: once upon a time")
                         .arg(QCoreApplication::applicationPid())
                         .arg(m_replies);
        auto* edit = find<QPlainTextEdit>("composerEdit");
        edit->setFocus();
        QTest::keyClicks(edit, m_question);
        QTest::keyClick(edit, Qt::Key_Return);
    }

    QTimer m_timer;
    QWidget* m_window = nullptr;
    QAbstractItemModel* m_messages = nullptr;
    int m_textRole = -1;
    bool m_ready = false;
    QString m_missed; ///< the last that was told
    int m_quiet = 0;  ///< looks since there was nothing more to come
    int m_replies = 0;
    int m_version = 1; ///< of the reply, from 1
    QString m_question;
    QString m_toldQuestion;
    QString m_toldReply;
    bool m_toldSaved = false;
};

class TypistPlugin : public QGenericPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID QGenericPluginFactoryInterface_iid FILE "typist.json")

public:
    QObject* create(const QString& name, const QString& spec) override {
        Q_UNUSED(spec)
        return name == QLatin1String("typist") ? new Typist : nullptr;
    }
};

} // namespace

#include "typist.moc"
