// SPDX-License-Identifier: MIT
#include "ui/code/code_page.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

#include "ui/code/code_commands.h"
#include "ui/code/code_edit.h"
#include "ui/code/code_tab.h"
#include "ui/code/find_bar.h"
#include "ui/code/line_colors.h"
#include "ui/notice_bar.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kOtherAlternatives = 3;

} // namespace

CodePage::CodePage(const QString& swapFolder, QWidget* parent)
    : WorkbenchPage(parent), m_store(swapFolder), m_swap(m_store), m_notice(new NoticeBar),
      m_tabs(new QTabWidget), m_side(new QSplitter), m_find(new FindBar),
      m_split(new QSplitter(Qt::Vertical)), m_outputPane(new QWidget), m_outputStatus(new QLabel),
      m_output(new QPlainTextEdit), m_said(new QLabel), m_facts(new QLabel) {
    setObjectName(QStringLiteral("codePage"));
    m_tabs->setObjectName(QStringLiteral("codeTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->setTabsClosable(true);
    m_tabs->setMovable(true);
    m_output->setObjectName(QStringLiteral("codeOutput"));
    m_output->setAccessibleName(tr("What the program printed"));
    m_output->setReadOnly(true);
    m_output->setFrameShape(QFrame::NoFrame);
    m_outputStatus->setObjectName(QStringLiteral("codeOutputStatus"));
    m_said->setObjectName(QStringLiteral("codeSaid"));
    m_facts->setObjectName(QStringLiteral("codeFacts"));
    auto* outputLayout = new QVBoxLayout(m_outputPane);
    outputLayout->setContentsMargins(0, 0, 0, 0);
    outputLayout->setSpacing(0);
    outputLayout->addWidget(m_outputStatus);
    outputLayout->addWidget(m_output, 1);
    m_outputPane->hide();
    m_side->addWidget(m_tabs);
    m_split->addWidget(m_side);
    m_split->addWidget(m_outputPane);
    m_split->setStretchFactor(0, 3);
    m_split->setStretchFactor(1, 1);
    m_split->setChildrenCollapsible(false);
    auto* status = new QHBoxLayout;
    status->addWidget(m_said, 1);
    status->addWidget(m_facts);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_notice);
    layout->addWidget(m_split, 1);
    layout->addWidget(m_find);
    layout->addLayout(status);
    connect(m_tabs, &QTabWidget::currentChanged, this, &CodePage::tabChanged);
    connect(m_tabs, &QTabWidget::tabCloseRequested, this, &CodePage::closeTab);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, &CodePage::checkDisk);
    connect(&m_swap, &SwapWriter::failed, this, [this] {
        m_notice->showNotice(tr("Text that is not saved cannot be kept for the case of a crash: "
                                "is the disk full? Save it, or free some room."),
                             {});
    });
    buildActions();
    m_commands = new CodeCommands(this, m_side);
    applyLook();
    newFile();
}

CodePage::~CodePage() {
    for (CodeTab* tab : tabs()) {
        tab->keep();
        tab->disconnect(this);
    }
    m_tabs->disconnect(this);
}

QAction* CodePage::add(const char* name, const QString& text, const QKeySequence& shortcut) {
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(action);
    return action;
}

void CodePage::buildActions() {
    const auto line = [this] {
        auto* separator = new QAction(this);
        separator->setSeparator(true);
        addAction(separator);
    };
    const auto onEdit = [this](QAction* action, auto slot) {
        connect(action, &QAction::triggered, this, [this, slot] {
            if (edit()) {
                (edit()->*slot)();
            }
        });
    };
    using K = QKeySequence;
    connect(add("actionCodeNew", tr("&New File"), K(Qt::CTRL | Qt::ALT | Qt::Key_N)),
            &QAction::triggered, this, &CodePage::newFile);
    connect(add("actionCodeOpen", tr("&Open File…"), K(Qt::CTRL | Qt::ALT | Qt::Key_O)),
            &QAction::triggered, this, &CodePage::chooseFile);
    connect(add("actionCodeSave", tr("&Save"), K::Save), &QAction::triggered, this,
            &CodePage::save);
    connect(add("actionCodeSaveAs", tr("Save &As…"), K(Qt::CTRL | Qt::SHIFT | Qt::Key_S)),
            &QAction::triggered, this, &CodePage::saveAs);
    connect(add("actionCodeClose", tr("&Close File"), K(Qt::CTRL | Qt::Key_W)), &QAction::triggered,
            this, [this] { closeTab(m_tabs->currentIndex()); });
    connect(add("actionCodeReopen", tr("Reopen C&losed File"), K(Qt::CTRL | Qt::SHIFT | Qt::Key_T)),
            &QAction::triggered, this, &CodePage::reopenClosed);
    line();
    connect(add("actionCodeFind", tr("&Find in File…"), K::Find), &QAction::triggered, this,
            [this] { m_find->open(FindBar::Purpose::Find); });
    connect(add("actionCodeReplace", tr("&Replace in File…"), K(Qt::CTRL | Qt::Key_H)),
            &QAction::triggered, this, [this] { m_find->open(FindBar::Purpose::Replace); });
    connect(add("actionCodeFindNext", tr("Find N&ext"), K(Qt::Key_F3)), &QAction::triggered, this,
            [this] { m_find->findNext(); });
    onEdit(add("actionCodeComment", tr("Toggle Co&mment"), K(Qt::CTRL | Qt::Key_Slash)),
           &CodeEdit::toggleComment);
    line();
    onEdit(add("actionCodeComplete", tr("Com&plete Here"), K(Qt::CTRL | Qt::Key_Space)),
           &CodeEdit::requestCompletion);
    m_completes = add("actionCodeCompletes", tr("Complete When I Pa&use"), {});
    m_completes->setCheckable(true);
    connect(m_completes, &QAction::toggled, this, [this](bool on) {
        for (CodeTab* tab : tabs()) {
            tab->edit()->setCompletesByItself(on);
        }
    });
    line();
    connect(add("actionCodeRun", tr("&Run This File"), K(Qt::Key_F5)), &QAction::triggered, this,
            [this] {
                if (edit()) {
                    emit runRequested(edit()->toPlainText());
                }
            });
}

void CodePage::applyLook() {
    const int unit = gridUnit(this);
    const Shades shades = shadesOf(palette());
    for (QLabel* label : {m_said, m_facts, m_outputStatus}) {
        label->setFont(scaledFont(font(), 0.92));
        label->setContentsMargins(3 * unit, unit, 3 * unit, unit);
        setTextColor(label, palette(), shades.dimText);
    }
    m_said->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_output->setFont(codeFont(font()));
    m_output->document()->setDocumentMargin(3 * unit); // under the line above it
}

void CodePage::changeEvent(QEvent* event) {
    WorkbenchPage::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

QString CodePage::heading() const {
    return current() ? current()->title() : title();
}

void CodePage::activated() {
    if (edit()) {
        edit()->setFocus();
    }
    checkDisk();
}

bool CodePage::escape() {
    if (edit() && !edit()->ghost().isEmpty()) {
        edit()->dropGhost();
        return true;
    }
    if (m_waiting) {
        dropCompletion();
        return true;
    }
    if (m_find->isVisible()) {
        m_find->close();
        return true;
    }
    if (m_commands->escape()) {
        return true;
    }
    if (m_outputPane->isVisible()) {
        m_outputPane->hide();
        return true;
    }
    return false;
}

CodeEdit* CodePage::edit() const {
    return qobject_cast<CodeEdit*>(m_tabs->currentWidget());
}

CodeTab* CodePage::current() const {
    return edit() ? edit()->findChild<CodeTab*>() : nullptr;
}

void CodePage::showEdit(CodeEdit* edit) {
    m_tabs->setCurrentWidget(edit);
}

void CodePage::showNotice(const QString& sentence) {
    m_notice->showNotice(sentence, {});
}

QList<CodeTab*> CodePage::tabs() const {
    QList<CodeTab*> all;
    for (int index = 0; index < m_tabs->count(); ++index) {
        all.append(m_tabs->widget(index)->findChild<CodeTab*>());
    }
    return all;
}

int CodePage::indexOf(const CodeTab* tab) const {
    return m_tabs->indexOf(tab->edit());
}

CodeTab* CodePage::addTab() {
    auto* edit = new CodeEdit(m_tabs);
    auto* tab = new CodeTab(edit, &m_swap);
    edit->colors()->setFileName(QStringLiteral("x.py"));
    edit->setCompletesByItself(m_completes->isChecked());
    m_tabs->addTab(edit, tab->title());
    connect(tab, &CodeTab::titleChanged, this, &CodePage::tell);
    connect(edit, &QPlainTextEdit::cursorPositionChanged, this, &CodePage::tell);
    connect(edit, &CodeEdit::completionWanted, this, &CodePage::wantCompletion);
    connect(edit, &CodeEdit::completionDropped, this, &CodePage::dropCompletion);
    connect(edit, &CodeEdit::alternativeWanted, this, &CodePage::stepAlternative);
    m_commands->attach(edit);
    m_tabs->setCurrentWidget(edit);
    return tab;
}

void CodePage::tabChanged() {
    dropCompletion();
    m_find->setEdit(edit());
    tell();
    emit headingChanged();
}

void CodePage::tell() {
    for (CodeTab* tab : tabs()) {
        if (tab) {
            m_tabs->setTabText(indexOf(tab),
                               (tab->isModified() ? QStringLiteral("• ") : QString()) +
                                   QString(tab->title()).replace(u'&', QLatin1String("&&")));
            m_tabs->setTabToolTip(indexOf(tab), tab->path().toHtmlEscaped());
        }
    }
    emit placeChanged();
    const CodeTab* tab = current();
    if (!tab) {
        m_facts->clear();
        return;
    }
    const QPoint place = tab->edit()->place();
    const QString language = tab->edit()->colors()->language();
    m_facts->setText(tr("Line %1, column %2 · %3 · %4 · %5")
                         .arg(place.y())
                         .arg(place.x())
                         .arg(language.isEmpty() ? tr("Text") : language,
                              encodingName(tab->file().encoding),
                              lineEndName(tab->file().lineEnd)));
    emit headingChanged();
}

void CodePage::say(const QString& text) {
    m_said->setText(text);
}

// ---- Completion

void CodePage::wantCompletion() {
    CodeEdit* asked = edit();
    if (!asked) {
        return;
    }
    m_completed = asked;
    m_completedAt = asked->textCursor().position();
    m_alternatives.clear();
    m_alternative = 0;
    m_othersAsked = false;
    m_waiting = true;
    ++m_ticket;
    say(tr("Completing…"));
    const QString text = asked->toPlainText();
    emit completionWanted(m_ticket, {text.left(m_completedAt), text.mid(m_completedAt)});
}

void CodePage::dropCompletion() {
    if (m_completed == nullptr) {
        return;
    }
    ++m_ticket; // what still comes is for a place that the cursor has left
    m_completed = nullptr;
    if (m_waiting) {
        m_waiting = false;
        emit completionCancelled();
    }
    say({});
}

void CodePage::showCompletion(quint64 ticket, const QString& text, double probability, bool joins,
                              bool ended) {
    if (ticket != m_ticket || !m_completed || m_completed != edit()) {
        return;
    }
    m_alternatives = {{text, probability, joins, 0}};
    m_alternative = 0;
    m_waiting = !ended;
    showAlternative();
}

void CodePage::showAlternatives(quint64 ticket, const QList<OfferedCompletion>& others,
                                bool ended) {
    if (ticket != m_ticket || !m_completed || m_completed != edit() || m_alternatives.isEmpty()) {
        return;
    }
    m_alternatives.resize(1);
    for (const OfferedCompletion& other : others) {
        const bool known =
            std::any_of(m_alternatives.begin(), m_alternatives.end(),
                        [&](const OfferedCompletion& before) { return before.text == other.text; });
        if (!ended || (!known && !other.text.trimmed().isEmpty())) {
            m_alternatives.append(other);
        }
    }
    m_waiting = !ended;
    m_alternative = std::min(m_alternative, static_cast<int>(m_alternatives.size()) - 1);
    showAlternative();
    if (ended && m_completed) {
        if (m_alternatives.size() == 1) {
            say(tr("The model completes this in no other way."));
        }
        emit alternativeShown(m_ticket, m_alternatives.at(m_alternative).index);
    }
}

void CodePage::showAlternative() {
    const OfferedCompletion& shown = m_alternatives.at(m_alternative);
    const QString typed =
        m_completed->textBetween(m_completedAt, m_completed->textCursor().position());
    if (!typed.isEmpty() && !shown.text.startsWith(typed)) {
        dropCompletion();
        return;
    }
    if (shown.text.trimmed().isEmpty()) {
        if (!m_waiting) {
            say(tr("The model has nothing to add here."));
        }
        return;
    }
    m_completed->setGhost(shown.text.mid(typed.size()));
    QString said = tr("Tab accepts, Ctrl+→ a word, Esc drops, Alt+] another");
    if (!m_waiting) {
        // Known to be all once the others were asked for.
        const QString which = m_othersAsked
                                  ? tr("%1 of %2").arg(m_alternative + 1).arg(m_alternatives.size())
                                  : QString::number(m_alternative + 1);
        said = tr("Alternative %1, probability %2 % · %3")
                   .arg(which)
                   .arg(100 * shown.probability, 0, 'g', 2)
                   .arg(said);
    }
    if (!shown.joins) {
        said = tr("May not fit what stands behind the cursor · ") + said;
    } else if (m_completed->hasTextBehind()) {
        said += tr(" · The text behind the cursor is honoured only approximately");
    }
    say(said);
    m_said->setToolTip(said.toHtmlEscaped());
}

void CodePage::showCompletionProblem(quint64 ticket, const QString& sentence) {
    if (ticket == m_ticket && m_completed) {
        m_waiting = false;
        m_othersAsked = false;
        m_alternative =
            std::max(0, std::min(m_alternative, static_cast<int>(m_alternatives.size()) - 1));
        say(sentence);
    }
}

void CodePage::stepAlternative(int step) {
    if (!m_completed || m_waiting || m_alternatives.isEmpty() ||
        m_completed->textCursor().position() != m_completedAt) {
        if (!m_waiting && edit()) {
            edit()->requestCompletion();
        }
        return;
    }
    const auto count = static_cast<int>(m_alternatives.size());
    const int next = m_alternative + step;
    if (next >= count && !m_othersAsked) {
        m_othersAsked = true;
        m_alternative = count;
        m_waiting = true;
        say(tr("Completing…"));
        const QString text = m_completed->toPlainText();
        emit alternativesWanted(m_ticket, {text.left(m_completedAt), text.mid(m_completedAt)},
                                kOtherAlternatives);
        return;
    }
    m_alternative = (next + count) % count;
    showAlternative();
    emit alternativeShown(m_ticket, m_alternatives.at(m_alternative).index);
}

void CodePage::showRun(const CodeNote& note) {
    m_outputPane->show();
    m_outputStatus->setText(note.status);
    const Shades shades = shadesOf(palette());
    setTextColor(m_outputStatus, palette(),
                 note.kind == CodeNote::Kind::Bad ? shades.danger : shades.dimText);
    m_output->setPlainText(note.output);
}

} // namespace phidelity
