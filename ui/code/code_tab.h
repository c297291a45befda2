// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QObject>

#include "code/swap_store.h"
#include "code/text_file.h"

namespace phidelity {

class CodeEdit;

/// One text of the code page: its editor, its file, and what is kept of it until it is saved.
/// Belongs to its editor. GUI thread.
class CodeTab : public QObject {
    Q_OBJECT

public:
    /// `store` outlives it.
    CodeTab(CodeEdit* edit, const SwapStore* store);
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
    /// Keeps what is not saved at once, or forgets what is.
    void keep();

signals:
    void titleChanged();

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    void setPath(const QString& path);

    CodeEdit* m_edit;
    const SwapStore* m_store;
    QString m_id;
    QString m_path;
    TextFile m_file;
    QByteArray m_toldHash;
    QBasicTimer m_timer;
    bool m_kept = false;
};

} // namespace phidelity
