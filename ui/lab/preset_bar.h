// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include <QWidget>

#include "chat/presets.h"

class QAction;
class QComboBox;
class QToolButton;

namespace phidelity {

/// The presets: ours and the user's own, to be chosen, saved, renamed, deleted and exchanged as
/// files. Values in, intent out.
class PresetBar : public QWidget {
    Q_OBJECT

public:
    explicit PresetBar(QWidget* parent = nullptr);

    void setOwn(const QList<OwnPreset>& own);
    [[nodiscard]] const QList<OwnPreset>& own() const { return m_own; }
    /// The preset with just these values is shown as chosen; none if there is none.
    void setSettings(const GenerationSettings& settings);

signals:
    void chosen(const phidelity::GenerationSettings& settings);
    /// By hand.
    void ownChanged(const QList<phidelity::OwnPreset>& own);
    void importRequested(const QString& path);
    void exportRequested(const QString& path);

private:
    void build();
    void fill();
    void choose();
    void save();
    void rename();
    void remove();
    void askFile(const char* name);
    void askName(const QString& title, const QString& name,
                 const std::function<void(const QString&)>& use);
    [[nodiscard]] qsizetype ownIndex() const;
    void showChosen();

    QList<OwnPreset> m_own;
    GenerationSettings m_settings;
    QComboBox* m_box;
    QToolButton* m_save;
    QToolButton* m_more;
    QAction* m_rename = nullptr;
    QAction* m_delete = nullptr;
    QAction* m_undo = nullptr;
    QAction* m_export = nullptr;
    std::optional<QList<OwnPreset>> m_beforeDelete;
};

} // namespace phidelity
