// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>

#include "chat/prompt_format.h"
#include "ui/format_editor.h"

namespace phidelity {

/// Keeps the prompt formats that the user made, in a file of their own, and does what the editor of
/// formats asks for. Errors are sentences in the editor, or by problem() where it is not open. GUI
/// thread.
class FormatDesk : public QObject {
    Q_OBJECT

public:
    /// `window`: what dialogs stand before. `path`: of the file; it need not be there.
    FormatDesk(QWidget* window, QString path);

    /// XDG_CONFIG_HOME/phidelity/formats.json, beside the preferences.
    [[nodiscard]] static QString defaultPath();

    [[nodiscard]] const QList<PromptFormat>& formats() const { return m_formats; }
    /// Reads the file. One that cannot be read is set aside, not overwritten, and said.
    void load();

public slots:
    /// Opens the editor, or brings it to the front. `current`: the format that is chosen.
    void edit(const phidelity::PromptFormat& current);

signals:
    void formatsChanged(const QList<phidelity::PromptFormat>& formats);
    /// In place of the one that was chosen when the editor was opened: the same as it was changed,
    /// or one that was made.
    void formatChosen(const phidelity::PromptFormat& format);
    void problem(const QString& sentence);

private:
    void save(const QList<FormatEdit>& edits, const PromptFormat& shown);
    void chooseImport();
    void chooseExport(const QList<PromptFormat>& formats);

    QWidget* m_window;
    QString m_path;
    QList<PromptFormat> m_formats;
    PromptFormat m_current;
    QPointer<FormatEditor> m_editor;
};

} // namespace phidelity
