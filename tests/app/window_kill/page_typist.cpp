// SPDX-License-Identifier: MIT
// Loaded into the window program by Qt (QT_QPA_GENERIC_PLUGINS=pagetypist): somebody who types into
// pages of the playground, lets the model go on, and writes down on standard output what the page
// shows, as it shows it. One JSON object a line, each with the time in ms that the program has had:
// while it is held up, by the test or by a busy machine, nothing is typed, and that does not count.
#include <algorithm>

#include <unistd.h>

#include <QAction>
#include <QApplication>
#include <QElapsedTimer>
#include <QGenericPlugin>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTest>
#include <QTimer>

namespace {

constexpr int kLookMs = 5;
constexpr qint64 kMostOfALook = 4 * kLookMs;
constexpr int kRestLooks = 20; ///< between what was written and the next page

class PageTypist : public QObject {
    Q_OBJECT

public:
    PageTypist() {
        connect(&m_timer, &QTimer::timeout, this, &PageTypist::look);
        m_timer.start(kLookMs);
        m_sinceLook.start();
    }

private:
    enum class Step { Begin, Type, Write, Rest };

    void write(QJsonObject line) {
        line.insert(QStringLiteral("at"), m_had);
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

    bool isReady() {
        const QWidgetList widgets = QApplication::topLevelWidgets();
        for (QWidget* widget : widgets) {
            if (widget->objectName() == QLatin1String("mainWindow") && widget->isVisible()) {
                m_window = widget;
            }
        }
        const auto* model = m_window ? find<QLabel>("statusModel") : nullptr;
        const auto* opening = m_window ? find<QWidget>("openingProgress") : nullptr;
        return model && opening && find<QPlainTextEdit>("playEdit") && !model->text().isEmpty() &&
               opening->isHidden();
    }

    void look() {
        m_had += std::min(m_sinceLook.restart(), kMostOfALook);
        if (!m_edit) {
            if (isReady()) {
                find<QAction>("actionPage.playground")->trigger();
                m_edit = find<QPlainTextEdit>("playEdit");
                m_edit->setFocus();
                write({{"ready", m_edit->toPlainText()}});
            }
            return;
        }
        const QString now = m_edit->toPlainText();
        QJsonObject line;
        if (m_page > 0 && now != m_told) {
            const qsizetype from = now.startsWith(m_told) ? m_told.size() : 0;
            line = {{"page", m_page}, {"from", from}, {"text", now.mid(from)}};
            m_told = now;
        }
        write(line);
        goOn();
    }

    void goOn() {
        switch (m_step) {
        case Step::Begin:
            ++m_page;
            m_told.clear();
            find<QAction>("playActionNew")->trigger();
            m_left = QStringLiteral("Page %1-%2: once upon a time there was ")
                         .arg(QCoreApplication::applicationPid())
                         .arg(m_page);
            m_step = Step::Type;
            return;
        case Step::Type:
            if (!m_left.isEmpty()) {
                QTest::keyClicks(m_edit, m_left.left(1));
                m_left.remove(0, 1);
                return;
            }
            QTest::keyClick(m_edit, Qt::Key_Return, Qt::ControlModifier);
            m_step = Step::Write;
            return;
        case Step::Write:
            if (!find<QAction>("playActionStop")->isEnabled()) {
                m_rest = kRestLooks;
                m_step = Step::Rest;
            }
            return;
        case Step::Rest:
            m_step = --m_rest > 0 ? Step::Rest : Step::Begin;
            return;
        }
    }

    QTimer m_timer;
    QElapsedTimer m_sinceLook;
    qint64 m_had = 0; ///< ms
    QWidget* m_window = nullptr;
    QPlainTextEdit* m_edit = nullptr;
    Step m_step = Step::Begin;
    int m_page = 0; ///< of this run, from 1
    int m_rest = 0;
    QString m_left; ///< to be typed
    QString m_told;
};

class PageTypistPlugin : public QGenericPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID QGenericPluginFactoryInterface_iid FILE "page_typist.json")

public:
    QObject* create(const QString& name, const QString& spec) override {
        Q_UNUSED(spec)
        return name == QLatin1String("pagetypist") ? new PageTypist : nullptr;
    }
};

} // namespace

#include "page_typist.moc"
