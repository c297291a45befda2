// SPDX-License-Identifier: MIT
#include "ui/code/code_tab.h"

#include <algorithm>

#include <QDateTime>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QTimerEvent>

#include "ui/code/code_edit.h"
#include "ui/code/line_colors.h"

namespace phidelity {

namespace {

/// As much as a crash may cost.
constexpr int kKeepMs = 2000;

} // namespace

CodeTab::CodeTab(CodeEdit* edit, SwapWriter* swap)
    : QObject(edit), m_edit(edit), m_swap(swap),
      m_id(QString::number(QDateTime::currentMSecsSinceEpoch(), 36) +
           QString::number(QRandomGenerator::global()->generate(), 36)) {
    connect(edit, &CodeEdit::textEdited, this, [this] {
        if (!m_timer.isActive()) {
            m_timer.start(kKeepMs, this);
        }
    });
    connect(edit->document(), &QTextDocument::modificationChanged, this, &CodeTab::titleChanged);
}

CodeTab::~CodeTab() = default;

QString CodeTab::title() const {
    return m_path.isEmpty() ? tr("Untitled") : QFileInfo(m_path).fileName();
}

bool CodeTab::isModified() const {
    return m_edit->document()->isModified();
}

void CodeTab::setPath(const QString& path) {
    m_path = path;
    // Nothing else is written here more often.
    m_edit->colors()->setFileName(path.isEmpty() ? QStringLiteral("x.py")
                                                 : QFileInfo(path).fileName());
    emit titleChanged();
}

bool CodeTab::open(const QString& path, QString* problem) {
    TextFile file;
    if (!readTextFile(path, &file, problem)) {
        return false;
    }
    m_edit->setPlainText(file.text);
    m_edit->document()->setModified(false);
    m_file = file;
    m_file.text.clear();
    m_toldHash = file.hash;
    setPath(path);
    return true;
}

bool CodeTab::save(const QString& path, QString* problem) {
    m_file.text = m_edit->toPlainText();
    const bool saved = writeTextFile(path, &m_file, problem);
    m_file.text.clear();
    if (!saved) {
        return false;
    }
    m_toldHash = m_file.hash;
    m_edit->document()->setModified(false);
    if (path != m_path || m_edit->colors()->language().isEmpty()) {
        setPath(path);
    }
    keep();
    return true;
}

void CodeTab::restore(const SwapEntry& entry) {
    QString problem;
    TextFile file;
    if (!entry.path.isEmpty() && readTextFile(entry.path, &file, &problem)) {
        m_file = file;
        m_file.text.clear();
        m_toldHash = file.hash;
    }
    m_id = entry.id;
    m_kept = true;
    m_edit->setPlainText(entry.text);
    m_edit->document()->setModified(true);
    QTextCursor cursor = m_edit->textCursor();
    cursor.setPosition(std::clamp<int>(entry.cursor, 0, static_cast<int>(entry.text.size())));
    m_edit->setTextCursor(cursor);
    setPath(entry.path);
}

bool CodeTab::changedOnDisk() {
    if (m_path.isEmpty()) {
        return false;
    }
    const QByteArray now = hashOnDisk(m_path);
    const bool changed = now != m_file.hash && now != m_toldHash;
    m_toldHash = now;
    return changed;
}

void CodeTab::keep() {
    m_timer.stop();
    if (isModified()) {
        m_swap->keep({m_id, m_path, m_edit->toPlainText(), m_edit->textCursor().position()});
        m_kept = true;
    } else if (m_kept) {
        m_swap->forget(m_id);
        m_kept = false;
    }
}

void CodeTab::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_timer.timerId()) {
        keep();
    }
}

} // namespace phidelity
