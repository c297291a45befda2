// SPDX-License-Identifier: MIT
#pragma once

#include <QFrame>
#include <QPointer>
#include <QStringList>

class QAction;
class QLineEdit;
class QListView;
class QMenuBar;
class QModelIndex;
class QStandardItemModel;

namespace phidelity {

/// Finds any action of the window's menus by a few letters of its name: typed over the window, with
/// its menu and its shortcut, what was used last first. Only what can be done now is offered.
class CommandPalette : public QFrame {
    Q_OBJECT

public:
    /// Stands over `window`; takes what is in the menus of `menus` when it is opened.
    CommandPalette(QWidget* window, QMenuBar* menus);
    ~CommandPalette() override;

    void open();
    /// Gives the focus back to what had it.
    void dismiss();

    /// Object names of the actions that were run from here, the last first.
    [[nodiscard]] QStringList recent() const { return m_recent; }
    void setRecent(const QStringList& names) { m_recent = names; }

    /// What an entry of the list holds beside its text.
    enum Role { MenuRole = Qt::UserRole + 1, ShortcutRole, PositionsRole, CheckedRole, ActionRole };

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Entry {
        QPointer<QAction> action;
        QString text;
        QString menu;
    };

    void collect(const QList<QAction*>& actions, const QString& menu);
    void find();
    void placeOver();
    void move(int rows);
    void run(const QModelIndex& index);
    void applyLook();

    QMenuBar* m_menus;
    QLineEdit* m_edit;
    QListView* m_list;
    QStandardItemModel* m_model;
    QList<Entry> m_entries;
    QStringList m_recent;
    QPointer<QWidget> m_before; ///< what had the focus
};

} // namespace phidelity
