// SPDX-License-Identifier: MIT
#pragma once

#include <QFileSystemWatcher>
#include <QList>

#include "code/completion.h"
#include "code/swap_writer.h"
#include "ui/code_note.h"
#include "ui/workbench_page.h"

class QLabel;
class QPlainTextEdit;
class QSplitter;
class QTabWidget;

namespace phidelity {

class CodeCommands;
class CodeEdit;
class CodeTab;
class FindBar;
class NoticeBar;

/// What is offered at the cursor.
struct OfferedCompletion {
    QString text;
    double probability = 0;
    bool joins = true; ///< with what stands behind the cursor
    int index = 0;     ///< among those that were asked for
};

/// Code in tabs: files are opened, edited and saved, completed by the model and run. Values in,
/// intent out: who completes and runs is for others to say.
class CodePage : public WorkbenchPage {
    Q_OBJECT

public:
    /// `swapFolder`: where unsaved text is kept (SwapStore).
    explicit CodePage(const QString& swapFolder, QWidget* parent = nullptr);
    ~CodePage() override;

    [[nodiscard]] QString title() const override { return tr("Code"); }
    [[nodiscard]] QString symbol() const override { return QStringLiteral("code"); }
    [[nodiscard]] QString heading() const override;
    void activated() override;
    bool escape() override;

    [[nodiscard]] CodeTab* current() const;
    [[nodiscard]] CodeEdit* edit() const;
    [[nodiscard]] QList<CodeTab*> tabs() const;
    /// Brings its tab to the front.
    void showEdit(CodeEdit* edit);
    /// What the model can be asked about a selection.
    [[nodiscard]] CodeCommands* commands() const { return m_commands; }
    /// Files that are open, for the next start.
    [[nodiscard]] QStringList openFiles() const;
    /// Texts that were not saved when the program ended, then these files.
    void restore(const QStringList& files);

public slots:
    void newFile();
    void chooseFile();
    /// Shows it if it is open already.
    bool openFile(const QString& path);
    bool save();
    bool saveAs();
    bool saveTo(const QString& path);
    /// What was not saved can be brought back.
    void closeTab(int index);
    void reopenClosed();
    /// Looks whether files have changed on the disk.
    void checkDisk();

    /// What the model has written so far for the request `ticket`. Dropped unless the cursor is
    /// still where it was asked for, or has gone on as offered.
    void showCompletion(quint64 ticket, const QString& text, double probability, bool joins,
                        bool ended);
    /// The alternatives to the completion of `ticket`, as far as they are written.
    void showAlternatives(quint64 ticket, const QList<phidelity::OfferedCompletion>& others,
                          bool ended);
    /// Why there is none.
    void showCompletionProblem(quint64 ticket, const QString& sentence);
    void showRun(const phidelity::CodeNote& note);
    void showNotice(const QString& sentence);

signals:
    /// What the model finds most likely.
    void completionWanted(quint64 ticket, const phidelity::CompletionPlace& place);
    /// So many others, side by side.
    void alternativesWanted(quint64 ticket, const phidelity::CompletionPlace& place, int count);
    /// Which one is offered now, from 0; each is told once it has ended.
    void alternativeShown(quint64 ticket, int index);
    /// Nobody waits for that any more.
    void completionCancelled();
    void runRequested(const QString& code);
    /// The cursor has moved, the text has changed, or another file is shown.
    void placeChanged();

protected:
    void changeEvent(QEvent* event) override;

private:
    QAction* add(const char* name, const QString& text, const QKeySequence& shortcut);
    void buildActions();
    CodeTab* addTab();
    void tabChanged();
    void tell();
    void watch();
    void applyLook();
    void wantCompletion();
    void dropCompletion();
    void stepAlternative(int step);
    void showAlternative();
    void say(const QString& text);
    [[nodiscard]] int indexOf(const CodeTab* tab) const;

    const SwapStore m_store;
    SwapWriter m_swap;
    QFileSystemWatcher m_watcher;
    NoticeBar* m_notice;
    QTabWidget* m_tabs;
    QSplitter* m_side; ///< the tabs and the answer of a command
    CodeCommands* m_commands = nullptr;
    FindBar* m_find;
    QSplitter* m_split;
    QWidget* m_outputPane;
    QLabel* m_outputStatus;
    QPlainTextEdit* m_output;
    QLabel* m_said;
    QLabel* m_facts;
    QAction* m_completes = nullptr;
    QList<SwapEntry> m_closed;

    quint64 m_ticket = 0;   ///< of the completion that is wanted; others are dropped
    bool m_waiting = false; ///< for more of it
    CodeEdit* m_completed = nullptr;
    int m_completedAt = -1;
    QList<OfferedCompletion> m_alternatives;
    int m_alternative = 0;
    bool m_othersAsked = false;
};

} // namespace phidelity
