// SPDX-License-Identifier: MIT
// Files of a CodePage: opened, saved, closed, changed by others.
#include <QAbstractButton>
#include <QFileDialog>
#include <QFileInfo>
#include <QTabWidget>
#include <QTimer>

#include "ui/code/code_edit.h"
#include "ui/code/code_page.h"
#include "ui/code/code_tab.h"
#include "ui/notice_bar.h"

namespace phidelity {

namespace {

/// Some editors replace a file in two steps; a moment later it is whole again.
constexpr int kSettleMs = 100;

} // namespace

void CodePage::newFile() {
    addTab();
    tell();
}

void CodePage::chooseFile() {
    const QString folder =
        current() && !current()->path().isEmpty() ? QFileInfo(current()->path()).path() : QString();
    for (const QString& path : QFileDialog::getOpenFileNames(this, tr("Open Code"), folder)) {
        openFile(path);
    }
}

bool CodePage::openFile(const QString& path) {
    const QString whole = QFileInfo(path).absoluteFilePath();
    for (CodeTab* tab : tabs()) {
        if (tab->path() == whole) {
            m_tabs->setCurrentIndex(indexOf(tab));
            return true;
        }
    }
    CodeTab* before = current();
    const bool spare = before && before->path().isEmpty() && !before->isModified() &&
                       before->edit()->document()->isEmpty();
    CodeTab* tab = spare ? before : addTab();
    QString problem;
    if (!tab->open(whole, &problem)) {
        m_notice->showNotice(problem, {});
        if (!spare) {
            // Out of the tabs first: others are told of the current editor while it goes.
            CodeEdit* unread = tab->edit();
            m_tabs->removeTab(indexOf(tab));
            delete unread;
        }
        tell();
        return false;
    }
    watch();
    tell();
    return true;
}

bool CodePage::save() {
    return current() && (current()->path().isEmpty() ? saveAs() : saveTo(current()->path()));
}

bool CodePage::saveAs() {
    if (!current()) {
        return false;
    }
    const QString path = QFileDialog::getSaveFileName(this, tr("Save Code"), current()->path());
    return !path.isEmpty() && saveTo(path);
}

bool CodePage::saveTo(const QString& path) {
    QString problem;
    const bool saved = current() && current()->save(path, &problem);
    if (!saved) {
        m_notice->showNotice(problem, {});
    } else {
        say(tr("Saved."));
    }
    watch();
    tell();
    return saved;
}

void CodePage::closeTab(int index) {
    auto* edit = qobject_cast<CodeEdit*>(m_tabs->widget(index));
    if (!edit) {
        return;
    }
    auto* tab = edit->findChild<CodeTab*>();
    const bool modified = tab->isModified();
    const SwapEntry entry{tab->id(), tab->path(), edit->toPlainText(),
                          edit->textCursor().position()};
    const QString title = tab->title();
    if (modified || !entry.path.isEmpty()) {
        m_closed.append(entry);
    }
    if (modified) {
        tab->keep();
        m_notice->showNotice(tr("%1 was closed without being saved.").arg(title), {});
        connect(m_notice->offer(tr("Reopen")), &QAbstractButton::clicked, this,
                &CodePage::reopenClosed);
    } else if (!entry.path.isEmpty()) {
        m_closed.last().text.clear(); // it is in its file
    }
    m_tabs->removeTab(index);
    delete edit;
    if (m_tabs->count() == 0) {
        newFile();
    }
    this->edit()->setFocus();
    watch();
    tell();
}

void CodePage::reopenClosed() {
    if (m_closed.isEmpty()) {
        return;
    }
    const SwapEntry entry = m_closed.takeLast();
    m_notice->dismiss();
    if (entry.text.isEmpty()) {
        openFile(entry.path);
        return;
    }
    addTab()->restore(entry);
    watch();
    tell();
}

QStringList CodePage::openFiles() const {
    QStringList files;
    for (const CodeTab* tab : tabs()) {
        if (!tab->path().isEmpty()) {
            files.append(tab->path());
        }
    }
    return files;
}

void CodePage::restore(const QStringList& files) {
    m_swap.flush();
    const QList<SwapEntry> kept = m_store.entries();
    for (const SwapEntry& entry : kept) {
        CodeTab* spare = current();
        const bool empty = spare && spare->path().isEmpty() && !spare->isModified();
        (empty ? spare : addTab())->restore(entry);
    }
    for (const QString& path : files) {
        if (QFileInfo::exists(path)) {
            openFile(path);
        }
    }
    if (!kept.isEmpty()) {
        m_notice->showNotice(
            kept.size() == 1
                ? tr("A text that was not saved the last time is here again.")
                : tr("%1 texts that were not saved the last time are here again.").arg(kept.size()),
            {});
    }
    watch();
    tell();
}

void CodePage::watch() {
    const QStringList open = openFiles();
    const QStringList watched = m_watcher.files();
    for (const QString& path : watched) {
        if (!open.contains(path)) {
            m_watcher.removePath(path);
        }
    }
    for (const QString& path : open) {
        if (!watched.contains(path) && QFileInfo::exists(path)) {
            m_watcher.addPath(path);
        }
    }
}

void CodePage::checkDisk() {
    QTimer::singleShot(kSettleMs, this, [this] {
        watch(); // a file that was replaced is not watched any more
        for (CodeTab* tab : tabs()) {
            if (!tab->changedOnDisk()) {
                continue;
            }
            const QString path = tab->path();
            m_notice->showNotice(
                QFileInfo::exists(path)
                    ? tr("%1 was changed by another program.").arg(tab->title())
                    : tr("%1 was removed by another program. Saving writes it again.")
                          .arg(tab->title()),
                {});
            if (QFileInfo::exists(path)) {
                connect(m_notice->offer(tr("Read it again")), &QAbstractButton::clicked, tab,
                        [this, tab, path] {
                            QString problem;
                            if (!tab->open(path, &problem)) {
                                m_notice->showNotice(problem, {});
                                return;
                            }
                            tab->keep();
                            m_notice->dismiss();
                            tell();
                        });
            }
        }
    });
}

} // namespace phidelity
