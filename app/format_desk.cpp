// SPDX-License-Identifier: MIT
#include "app/format_desk.h"

#include <algorithm>
#include <utility>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

#include "chat/format_json.h"
#include "chat/transcript/transcript_file.h"

namespace phidelity {

FormatDesk::FormatDesk(QWidget* window, QString path)
    : QObject(window), m_window(window), m_path(std::move(path)) {}

QString FormatDesk::defaultPath() {
    const QSettings store(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("phidelity"),
                          QStringLiteral("phidelity"));
    return QFileInfo(store.fileName()).dir().filePath(QStringLiteral("formats.json"));
}

void FormatDesk::load() {
    if (!QFile::exists(m_path)) {
        return;
    }
    const FormatFile file = readFormatFileAt(m_path);
    if (file.problem.isEmpty()) {
        m_formats = file.formats;
        emit formatsChanged(m_formats);
        return;
    }
    const QString aside =
        m_path + QStringLiteral(".set-aside-") +
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-hhmmss"));
    const bool moved = QFile::rename(m_path, aside);
    emit problem(moved ? tr("Your own prompt formats could not be read; their file was kept as %1. "
                            "%2")
                             .arg(aside, file.problem)
                       : tr("Your own prompt formats could not be read. %1").arg(file.problem));
}

void FormatDesk::edit(const PromptFormat& current) {
    if (!m_editor) {
        m_current = current;
        m_editor = new FormatEditor(m_window, m_formats, current);
        connect(m_editor, &FormatEditor::saveRequested, this, &FormatDesk::save);
        connect(m_editor, &FormatEditor::importRequested, this, &FormatDesk::chooseImport);
        connect(m_editor, &FormatEditor::exportRequested, this, &FormatDesk::chooseExport);
        m_editor->open();
    }
    m_editor->raise();
    m_editor->activateWindow();
}

void FormatDesk::save(const QList<FormatEdit>& edits, const PromptFormat& shown) {
    QList<PromptFormat> formats;
    PromptFormat chosen = m_current;
    for (const FormatEdit& edit : edits) {
        formats.append(edit.after);
        const bool made = !edit.before && edit.after == shown;
        if (made || (edit.before && *edit.before == m_current && chosen == m_current)) {
            chosen = edit.after;
        }
    }
    if (formats != m_formats) {
        QDir().mkpath(QFileInfo(m_path).absolutePath());
        if (const QString why = writeFile(m_path, formatFile(formats)); !why.isEmpty()) {
            m_editor->showProblem(why);
            return;
        }
        m_formats = formats;
        emit formatsChanged(m_formats);
    }
    m_editor->accept();
    if (chosen != m_current) {
        emit formatChosen(chosen);
    }
}

void FormatDesk::chooseImport() {
    auto* dialog = new QFileDialog(m_editor, tr("Import Prompt Formats"));
    dialog->setObjectName(QStringLiteral("importFormats"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Prompt formats (*.json)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, m_editor, [this](const QString& path) {
        const FormatFile file = readFormatFileAt(path);
        file.problem.isEmpty() ? m_editor->addFormats(file.formats)
                               : m_editor->showProblem(file.problem);
    });
    dialog->open();
}

void FormatDesk::chooseExport(const QList<PromptFormat>& formats) {
    auto* dialog = new QFileDialog(m_editor, tr("Export Prompt Format"));
    dialog->setObjectName(QStringLiteral("exportFormats"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->setNameFilters({tr("Prompt formats (*.json)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, m_editor, [this, formats](const QString& path) {
        if (const QString why = writeFile(path, formatFile(formats)); !why.isEmpty()) {
            m_editor->showProblem(why);
        }
    });
    dialog->open();
}

} // namespace phidelity
