// SPDX-License-Identifier: MIT
#include "app/lab_desk.h"

#include <algorithm>

#include <QAction>
#include <QFileInfo>
#include <QTimerEvent>

#include "app/lab_chain.h"
#include "app/request_ids.h"
#include "chat/escaped_text.h"
#include "chat/token_text.h"
#include "ui/lab/distribution_view.h"
#include "ui/settings_panel.h"

namespace phidelity {

namespace {

const QString kChat = QStringLiteral("chat");
const QString kPanel = QStringLiteral("lab");
constexpr int kTypingMs = 150;
/// The engine answers only the last of several questions about tokens that wait.
constexpr int kAgainMs = 400;
/// Reading so many tokens is never felt as a wait, on slow machines neither.
constexpr int kReadUnasked = 64;
/// In English about four; too few would only ask once more.
constexpr int kCharactersOfAToken = 4;
/// Of the text, shown over the chances.
constexpr qsizetype kShownText = 60;

} // namespace

LabDesk::LabDesk(MainWindow& window, ChatController& controller, const PresetStore& presets)
    : m_window(window), m_controller(controller), m_panel(new LabPanel), m_store(presets) {
    auto* action = new QAction(tr("Sampling &Lab"), &window);
    action->setObjectName(QStringLiteral("actionLab"));
    action->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L));
    action->setCheckable(true);
    window.addPanel(m_panel, kPanel, tr("Sampling Lab"), Qt::RightDockWidgetArea, action);
    m_shown = m_panel->isVisible();
    connectWindow(window);
    connectPresets();
    connect(controller.prompt(), &PromptDesk::promptShown, this,
            [this](PromptOccasion occasion, const PromptPreview& preview) {
                followChat(occasion, preview);
            });
    connect(controller.models(), &ModelDesk::opened, this, [this] {
        m_known.clear();
        m_next.reset();
        follow();
    });
    follow();
}

void LabDesk::connectWindow(MainWindow& window) {
    SettingsPanel* simple = window.settings();
    simple->offerLab();
    m_panel->setSettings(simple->settings());
    connect(simple, &SettingsPanel::labRequested, this, [this] { m_window.showPanel(kPanel); });
    connect(simple, &SettingsPanel::settingsShown, this, &LabDesk::showSettings);
    connect(m_panel, &LabPanel::settingsChanged, this,
            [this, simple](const GenerationSettings& settings) {
                const QString page = m_window.shownPage();
                if (const auto own = m_pageSettings.find(page); own != m_pageSettings.end()) {
                    own->settings = settings;
                    emit pageSettingsChanged(page, settings);
                    evaluate();
                } else {
                    simple->change(settings);
                }
            });
    connect(m_panel, &LabPanel::shownChanged, this, [this](bool shown) {
        m_shown = shown;
        follow();
    });
    connect(&window, &MainWindow::pageShown, this, [this] {
        showSettings();
        follow();
    });
    DistributionView* view = m_panel->distribution();
    connect(view, &DistributionView::ownTextChanged, this, [this](const QString& text) {
        m_ownText = unescapedText(text).value_or(text);
        m_allowed = false;
        follow();
    });
    connect(view, &DistributionView::actionRequested, this, [this] {
        m_allowed = true;
        follow();
    });
    connect(m_panel->bias(), &BiasEditor::tokensRequested, this, [this](const QString& text) {
        m_tokensOf = text;
        askTokens();
    });
}

void LabDesk::setPageSettings(const QString& page, const QString& heading,
                              const GenerationSettings& settings) {
    m_pageSettings.insert(page, {heading, settings});
    showSettings();
}

void LabDesk::showSettings() {
    const auto own = m_pageSettings.constFind(m_window.shownPage());
    const bool has = own != m_pageSettings.constEnd();
    const GenerationSettings& settings = has ? own->settings : m_window.settings()->settings();
    m_panel->setSubject(has ? own->heading : QString());
    if (settings != m_panel->settings()) {
        m_panel->setSettings(settings);
    }
    evaluate();
}

void LabDesk::connectPresets() {
    QString problem;
    m_panel->setOwnPresets(m_store.load(&problem));
    m_panel->showNotice(problem, {});
    const auto keep = [this](const QList<OwnPreset>& own) {
        m_panel->showNotice(m_store.save(own), {});
    };
    connect(m_panel, &LabPanel::ownPresetsChanged, this, keep);
    connect(m_panel, &LabPanel::exportRequested, this, [this](const QString& path) {
        m_panel->showNotice(writePresets(path, m_panel->ownPresets()), {});
    });
    connect(m_panel, &LabPanel::importRequested, this, [this, keep](const QString& path) {
        const PresetsRead read = readPresets(path);
        const QString name = QFileInfo(path).fileName();
        if (!read.refusal.isEmpty()) {
            m_panel->showNotice(tr("No presets were imported from %1. %2").arg(name, read.refusal),
                                {});
            return;
        }
        QList<OwnPreset> own = m_panel->ownPresets();
        for (const OwnPreset& preset : read.presets) {
            if (!own.contains(preset)) {
                own.append({freePresetName(preset.name, own), preset.settings});
            }
        }
        m_panel->setOwnPresets(own);
        keep(own);
        if (!read.problems.isEmpty()) {
            m_panel->showNotice(tr("%n preset(s) came from %1; others have faults.", nullptr,
                                   static_cast<int>(read.presets.size()))
                                    .arg(name),
                                read.problems.join(u'\n'));
        }
    });
}

void LabDesk::followChat(PromptOccasion occasion, const PromptPreview& preview) {
    switch (occasion) {
    case PromptOccasion::Send:
    case PromptOccasion::Continue:
        setPageText(kChat, preview.prompt,
                    static_cast<int>(preview.tokens.size()) - preview.cached);
        break;
    case PromptOccasion::None:
        // What was looked at last stays, as long as it belongs to what is shown.
        if (m_controller.conversation().isEmpty()) {
            setPageText(kChat, {}, 0);
        }
        break;
    case PromptOccasion::Writing:
        break;
    }
}

void LabDesk::setPageText(const QString& page, const QString& text) {
    const auto shared = std::mismatch(text.begin(), text.end(), m_known.begin(), m_known.end());
    const auto beyond = std::distance(shared.first, text.end());
    setPageText(page, text, static_cast<int>(beyond / kCharactersOfAToken));
}

void LabDesk::setPageText(const QString& page, const QString& text, int unread) {
    Text& known = m_texts[page];
    m_allowed = m_allowed && known.text == text;
    known = {text, unread};
    follow();
}

LabDesk::Text LabDesk::wanted() const {
    return m_ownText.isEmpty() ? m_texts.value(m_window.shownPage()) : Text{m_ownText, 0};
}

void LabDesk::follow() {
    if (!m_shown) {
        return;
    }
    const Text text = wanted();
    DistributionView* view = m_panel->distribution();
    m_wait.stop();
    if (text.text.isEmpty()) {
        m_panel->setDistribution({});
        view->setNote(tr("Write a message, or a text in the line above, and see here what could "
                         "come next and what each stage does to it."));
    } else if (m_next && text.text == m_known) {
        evaluate();
    } else if (text.unread > kReadUnasked && !m_allowed) {
        view->setNote(tr("%1 tokens of this text have not been read yet.").arg(text.unread),
                      tr("Read Them and Look"));
    } else {
        m_wait.start(kTypingMs, this);
    }
}

void LabDesk::ask() {
    // One at a time: the engine would answer each of them.
    if (m_request == 0 && m_shown) {
        m_asked = wanted().text;
        m_request = nextRequestId();
        emit nextRequested({m_request, m_asked, {}});
    }
}

void LabDesk::askTokens() {
    m_tokensRequest = nextRequestId();
    m_tokensWait.start(kAgainMs, this);
    emit previewRequested({m_tokensRequest, m_tokensOf, {}});
}

void LabDesk::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_wait.timerId()) {
        m_wait.stop();
        ask();
    } else if (event->timerId() == m_tokensWait.timerId()) {
        askTokens();
    }
}

void LabDesk::onNextArrived(const NextArrived& next) {
    if (next.id != m_request) {
        return;
    }
    m_request = 0;
    m_next = next.next;
    m_known = m_asked;
    m_chain.set(m_next);
    if (wanted().text == m_known) {
        evaluate();
    } else {
        follow();
    }
}

void LabDesk::onFailed(const EngineFailed& failure) {
    if (failure.id != m_request || m_request == 0) {
        return;
    }
    m_request = 0;
    m_panel->setDistribution({});
    m_panel->distribution()->setNote(failure.sentence);
    if (wanted().text != m_asked) {
        follow();
    }
}

void LabDesk::onPreviewed(const PromptPreview& preview) {
    if (preview.id != m_tokensRequest) {
        return;
    }
    m_tokensWait.stop();
    QList<BiasToken> tokens;
    for (const PromptToken& token : preview.tokens) {
        tokens.append({token.id, visibleText(token.text).remove(u'\n')});
    }
    m_panel->bias()->showTokens(preview.prompt, tokens);
}

void LabDesk::evaluate() {
    if (!m_shown || !m_next) {
        return;
    }
    const GenerationSettings& settings = m_panel->settings();
    const StageDistributions stages = m_chain.evaluate(settings);
    if (!stages.problem.isEmpty()) {
        m_panel->setDistribution({});
        m_panel->distribution()->setNote(stages.problem);
        return;
    }
    m_panel->distribution()->setNote({});
    LabDistribution distribution = labDistribution(stages, *m_next);
    distribution.text = escapedText(m_known.right(kShownText));
    m_panel->setDistribution(distribution);
    if (!settings.logitBias.isEmpty()) {
        m_panel->bias()->setTexts(biasTexts(*m_next, settings));
    }
}

} // namespace phidelity
