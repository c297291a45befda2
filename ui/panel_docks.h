// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QMainWindow>
#include <QMap>
#include <QObject>
#include <QStringList>

class QAction;

namespace phidelity {

class PanelDock;

/// The side panels of a window: which of them are wanted, and which of those there is room for. A
/// panel that is asked for by hand is shown even where the window is too narrow to offer it itself,
/// until its width changes.
class PanelDocks : public QObject {
    Q_OBJECT

public:
    /// The panels dock at the sides of `host`, which owns them.
    explicit PanelDocks(QMainWindow* host);

    /// `toggle` shows and hides the panel; whether it is checked now says whether the panel is
    /// wanted at a first start. `pages`: those beside which it stands; none = all.
    void add(QWidget* content, const QString& key, const QString& title, Qt::DockWidgetArea area,
             QAction* toggle, const QStringList& pages);
    void setPage(const QString& key);
    /// As by hand. Nothing where there is no such panel.
    void show(const QString& key, bool shown);
    /// Shows what there is room for.
    void fit();
    /// The width of the window has changed.
    void forgetForced() { m_forced = Qt::NoDockWidgetArea; }
    /// All panels where they stand at a first start.
    void reset();

    [[nodiscard]] QMap<QString, bool> wanted() const;
    /// Where they stand and how large they are; for restore().
    [[nodiscard]] QByteArray layout() const;
    /// Holds for panels that are added later, too. What cannot be read changes nothing.
    void restore(const QByteArray& layout, const QMap<QString, bool>& wanted);

private:
    struct Panel {
        QString key;
        Qt::DockWidgetArea home;
        PanelDock* dock;
        QAction* toggle;
        QStringList pages;
        bool wantedAtFirst;
        bool wanted;
        bool revealed; ///< not behind the tab of another
    };

    Panel* find(const QString& key);
    void toggled(const QString& key, bool shown);
    void place(const Panel& panel);
    [[nodiscard]] bool offered(const Panel& panel) const;
    [[nodiscard]] Qt::DockWidgetArea areaOf(const Panel& panel) const;
    [[nodiscard]] int extentOf(Qt::DockWidgetArea area) const;

    QMainWindow* m_host;
    QList<Panel> m_panels;
    QString m_page;
    QByteArray m_layout; ///< as it was last restored
    QMap<QString, bool> m_restored;
    Qt::DockWidgetArea m_forced = Qt::NoDockWidgetArea;
};

} // namespace phidelity
