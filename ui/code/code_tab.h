// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QObject>

#include "code/swap_writer.h"
#include "code/text_file.h"

namespace phidelity {

class CodeEdit;

/// One text of the code page: its editor, its file, and what is kept of it until it is saved.
/// Belongs to its editor. GUI thread.
class CodeTab : public QObject {
    Q_OBJECT

public:
    /// `swap` outlives it.
    CodeTab(CodeEdit* edit, SwapWriter* swap);
    ~CodeTab() override;

    [[nodiscard]] CodeEdit* edit() const { return m_edit; }
    [[nodiscard]] const QString& path() const { return m_path; }
    [[nodiscard]] const TextFile& file() const { return m_file; }
    [[nodiscard]] QString title() const;
    [[nodiscard]] bool isModified() const;
    [[nodiscard]] const QString& id() const { return m_id; }

    /// False where it cannot be read or written.
    bool open(const QString& path, QString* problem);
    bool save(const QString& path, QString* problem);
    /// As it was kept before the program ended.
    void restore(const SwapEntry& entry);
    /// Whether another program has changed the file since it was read or saved; each change is told
    /// once.
    [[nodiscard]] bool changedOnDisk();
    /// Has what is not saved kept, or forgets what is; does not wait for the disk.
    void keep();

signals:
    void titleChanged();

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    void setPath(const QString& path);

    CodeEdit* m_edit;
    SwapWriter* m_swap;
    QString m_id;
    QString m_path;
    TextFile m_file;
    QByteArray m_toldHash;
    QBasicTimer m_timer;
    bool m_kept = false;
};

} // namespace phidelity
