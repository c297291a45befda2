// SPDX-License-Identifier: MIT
// Text of the code page that the model is asked to read, and the panel that shows what comes of it.
#include <algorithm>

#include <QAction>
#include <QLocale>

#include "app/code_inspector.h"
#include "app/model_desk.h"
#include "app/request_ids.h"
#include "ui/code/code_edit.h"
#include "ui/inspector/inspector_view.h"
#include "ui/main_window.h"

namespace phidelity {

void CodeInspector::score() {
    CodeStretches* all = stretches();
    if (!all || m_scoring != 0 || !m_models->isReady()) {
        return;
    }
    const QTextCursor cursor = m_edit->textCursor();
    const QString text = m_edit->toPlainText();
    const int room = m_desk->promptCharacters();
    QString before;
    QString part;
    if (cursor.hasSelection()) {
        m_scoredAt = cursor.selectionStart();
        part = text.mid(m_scoredAt, cursor.selectionEnd() - m_scoredAt).left(room);
        before = room > part.size()
                     ? completionPrompt({text.left(m_scoredAt), {}}, room - part.size())
                     : QString();
    } else {
        m_scoredAt = 0;
        part = text.left(room);
        if (part.size() < text.size()) {
            const qsizetype line = part.lastIndexOf(u'\n');
            part.truncate(line > 0 ? line + 1 : part.size());
        }
    }
    if (part.isEmpty()) {
        return;
    }
    m_scoredFrom = before.toUtf8().size();
    m_scoredBytes = part.toUtf8().size();
    m_scoredBegun = 0;
    m_scoredContext.clear();
    m_scoredId = 0;
    m_scored = m_edit;
    m_scoreDone = m_scoreTotal = 0;
    m_problem.clear();
    ScoreRequest request;
    request.id = m_scoring = nextRequestId();
    request.text = before + part;
    request.alternatives = CodeDesk::kAlternatives;
    request.stop = m_scoreStop = newStop();
    emit scoreRequested(request);
    m_looking.start();
}

void CodeInspector::stopScore() {
    if (m_scoring != 0) {
        raiseStop(m_scoreStop);
        m_scoring = 0;
        showOffer();
    }
}

void CodeInspector::onScoreArrived(const ScoreArrived& arrived) {
    if (m_scoring == 0 || arrived.id != m_scoring) {
        return;
    }
    if (!m_scored || m_scored != m_page->edit()) {
        stopScore(); // its file was left
        return;
    }
    m_scoreDone = arrived.from + static_cast<int>(arrived.tokens.size());
    m_scoreTotal = arrived.total;
    CodeStretches* all = stretches();
    for (const TokenDetail& token : arrived.tokens) {
        const qsizetype begin = m_scoredBegun;
        m_scoredBegun += token.bytes.size();
        if (m_scoredBegun <= m_scoredFrom) {
            m_scoredContext.append(token.id);
            continue;
        }
        if (begin >= m_scoredFrom + m_scoredBytes) {
            break;
        }
        Stretch* stretch = all->find(m_scoredId);
        if (!stretch) {
            Stretch fresh;
            fresh.source = CodeStretches::Source::Read;
            fresh.context = m_scoredContext;
            fresh.lead = std::max<qsizetype>(0, m_scoredFrom - begin);
            m_shown = m_scoredId = all->add(m_scoredAt, fresh);
            m_cursor = -1;
            stretch = all->find(m_scoredId);
        }
        stretch->tokens.append(token);
    }
    m_looking.start();
}

void CodeInspector::onScoreEnded(const ScoreEnded& end) {
    if (m_scoring != 0 && end.id == m_scoring) {
        m_scoring = 0;
        m_looking.start();
    }
}

void CodeInspector::onFailed(const EngineFailed& failure) {
    if (m_scoring != 0 && failure.id == m_scoring) {
        m_scoring = 0;
        m_problem = failure.sentence;
        showOffer();
    }
}

QString CodeInspector::statusSentence() const {
    const QLocale locale;
    if (!m_problem.isEmpty()) {
        return m_problem;
    }
    if (m_scoring != 0) {
        return m_scoreTotal == 0
                   ? tr("The model is reading the text …")
                   : tr("The model is reading the text: token %1 of %2 …")
                         .arg(locale.toString(m_scoreDone), locale.toString(m_scoreTotal));
    }
    if (m_shown != 0) {
        return {};
    }
    return m_models->isReady()
               ? tr("Complete something to see its tokens, how likely each one was, and what "
                    "could have come instead. Score lets the model read what is selected, or the "
                    "beginning of the file.")
               : tr("Open a model to see the tokens of this text.");
}

void CodeInspector::showOffer() {
    const bool can = m_models->isReady() && m_edit && !m_edit->document()->isEmpty();
    emit scoreOffered(m_scoring != 0 ? ScoreOffer::Stop
                      : can          ? ScoreOffer::Score
                                     : ScoreOffer::None);
    emit statusShown(statusSentence());
}

// ---- The panel

InspectorView* addCodeInspector(MainWindow& window, CodePage& page, CodeInspector& inspector) {
    using I = CodeInspector;
    using V = InspectorView;
    const auto connect = [](auto&&... args) { QObject::connect(args...); };
    const QString key = QStringLiteral("codeInspector");
    auto* panel = new V;
    panel->setObjectName(key);
    auto* toggle = new QAction(MainWindow::tr("Token &Inspector"), &window);
    toggle->setObjectName(QStringLiteral("codeActionInspector"));
    toggle->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_I));
    toggle->setCheckable(true);
    window.addPanel(panel, key, MainWindow::tr("Token Inspector"), Qt::RightDockWidgetArea, toggle,
                    {QStringLiteral("code")});
    connect(panel, &V::shownChanged, &inspector, &I::setOpen);
    connect(toggle, &QAction::triggered, panel, [panel, &page](bool shown) {
        if (shown) {
            panel->focusTokens();
        } else {
            page.activated();
        }
    });
    connect(panel, &V::currentPicked, &inspector, &I::setCurrent);
    connect(panel, &V::branchRequested, &inspector, &I::branch);
    connect(panel, &V::versionRequested, &inspector, &I::showWay);
    connect(panel, &V::scoreRequested, &inspector, &I::score);
    connect(panel, &V::scoreStopRequested, &inspector, &I::stopScore);
    connect(&inspector, &I::tokensShown, panel, &V::setTokens);
    connect(&inspector, &I::currentShown, panel, &V::setCurrent);
    connect(&inspector, &I::headingShown, panel, &V::setHeading);
    connect(&inspector, &I::statusShown, panel, &V::setStatus);
    connect(&inspector, &I::scoreOffered, panel, &V::setScoreOffer);
    connect(&inspector, &I::branchableShown, panel, &V::setBranchable);
    connect(&inspector, &I::treeShown, panel, &V::setTree);
    return panel;
}

} // namespace phidelity
