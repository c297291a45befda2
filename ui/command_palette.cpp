// SPDX-License-Identifier: MIT
#include "ui/command_palette.h"

#include <algorithm>

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include "ui/command_delegate.h"
#include "ui/fuzzy_match.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kRows = 10;   ///< seen at once
constexpr int kRecent = 12; ///< kept
constexpr int kWidth = 130; ///< grid units

QString plainText(const QString& text) {
    QString plain = text;
    return plain.remove(u'&');
}

} // namespace

CommandPalette::CommandPalette(QWidget* window, QMenuBar* menus)
    : QFrame(window), m_menus(menus), m_edit(new QLineEdit), m_list(new QListView),
      m_model(new QStandardItemModel(this)) {
    setObjectName(QStringLiteral("commandPalette"));
    setAccessibleName(tr("Commands"));
    m_edit->setObjectName(QStringLiteral("commandSearch"));
    m_edit->setAccessibleName(tr("Find a command"));
    m_edit->setPlaceholderText(tr("Find a command"));
    m_list->setObjectName(QStringLiteral("commands"));
    m_list->setAccessibleName(tr("Commands"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setMouseTracking(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_edit);
    layout->addWidget(m_list);
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::find);
    connect(m_list, &QListView::clicked, this, &CommandPalette::run);
    // Not of the field alone: all text fields take Ctrl+K for "delete to the end of the line", and
    // here it is the palette's.
    QApplication::instance()->installEventFilter(this);
    hide();
    applyLook();
}

CommandPalette::~CommandPalette() = default;

void CommandPalette::open() {
    if (isVisible()) {
        dismiss();
        return;
    }
    m_entries.clear();
    collect(m_menus->actions(), {});
    m_before = window()->focusWidget();
    m_edit->clear();
    find();
    placeOver();
    show();
    raise();
    window()->activateWindow();
    m_edit->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::dismiss() {
    if (!isVisible()) {
        return;
    }
    const bool focused = m_edit->hasFocus();
    hide();
    if (focused && m_before) {
        m_before->setFocus(Qt::OtherFocusReason);
    }
}

void CommandPalette::collect(const QList<QAction*>& actions, const QString& menu) {
    for (QAction* action : actions) {
        if (!action->isVisible() || action->isSeparator()) {
            continue;
        }
        if (const QMenu* inner = action->menu()) {
            const QString title = plainText(action->text());
            collect(inner->actions(),
                    menu.isEmpty() ? title : QStringLiteral("%1 › %2").arg(menu, title));
            continue;
        }
        const auto known = [action](const Entry& entry) { return entry.action == action; };
        if (action->isEnabled() && !action->text().isEmpty() &&
            std::none_of(m_entries.begin(), m_entries.end(), known)) {
            m_entries.append({action, plainText(action->text()), menu});
        }
    }
}

void CommandPalette::find() {
    struct Hit {
        const Entry* entry;
        int score;
        qsizetype recent;
        QList<qsizetype> positions;
    };
    QList<Hit> hits;
    for (const Entry& entry : std::as_const(m_entries)) {
        if (!entry.action) {
            continue;
        }
        qsizetype recent = m_recent.indexOf(entry.action->objectName());
        recent = recent < 0 ? kRecent : recent;
        if (const auto match = fuzzyMatch(m_edit->text(), entry.text)) {
            hits.append({&entry, match->score, recent, match->positions});
        } else if (const auto inMenu = fuzzyMatch(m_edit->text(), entry.menu + u' ' + entry.text)) {
            // Its menu helps to find it, after those that have it in their names.
            hits.append({&entry, inMenu->score - 1000, recent, {}});
        }
    }
    std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
        return a.score != b.score ? a.score > b.score : a.recent < b.recent;
    });
    m_model->clear();
    for (const Hit& hit : std::as_const(hits)) {
        const QAction* action = hit.entry->action;
        auto* item = new QStandardItem(hit.entry->text);
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        const bool checked = action->isCheckable() && action->isChecked();
        item->setData(hit.entry->menu, MenuRole);
        item->setData(keys, ShortcutRole);
        item->setData(QVariant::fromValue(hit.positions), PositionsRole);
        item->setData(checked, CheckedRole);
        item->setData(static_cast<int>(hit.entry - m_entries.constData()), ActionRole);
        QStringList spoken{hit.entry->text, hit.entry->menu};
        if (checked) {
            spoken.append(tr("on"));
        }
        if (!keys.isEmpty()) {
            spoken.append(keys);
        }
        item->setData(spoken.join(QStringLiteral(", ")), Qt::AccessibleTextRole);
        m_model->appendRow(item);
    }
    if (m_model->rowCount() == 0) {
        auto* none = new QStandardItem(tr("No command has these letters"));
        none->setFlags(Qt::NoItemFlags);
        none->setData(-1, ActionRole);
        m_model->appendRow(none);
    }
    m_list->setCurrentIndex(m_model->index(0, 0));
    move(0);
    placeOver();
}

void CommandPalette::move(int rows) {
    const int row =
        std::clamp(m_list->currentIndex().row() + rows, 0, std::max(0, m_model->rowCount() - 1));
    const QModelIndex index = m_model->index(row, 0);
    m_list->setCurrentIndex(index);
    m_list->scrollTo(index);
    // The focus stays in the field, so that one types on; a screen reader is told what is chosen.
    if (QAccessible::isActive()) {
        m_edit->setAccessibleDescription(index.data(Qt::AccessibleTextRole).toString());
        QAccessibleEvent event(m_list, QAccessible::Focus);
        event.setChild(row);
        QAccessible::updateAccessibility(&event);
    }
}

void CommandPalette::run(const QModelIndex& index) {
    const int at = index.isValid() ? index.data(ActionRole).toInt() : -1;
    if (at < 0) {
        return;
    }
    const QPointer<QAction> action = m_entries.at(at).action;
    dismiss();
    if (!action || !action->isEnabled()) {
        return;
    }
    if (const QString name = action->objectName(); !name.isEmpty()) {
        m_recent.removeAll(name);
        m_recent.prepend(name);
        m_recent.resize(std::min<qsizetype>(m_recent.size(), kRecent));
    }
    action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool ours = key->key() == Qt::Key_K && key->modifiers() == Qt::ControlModifier;
        if (ours) {
            event->ignore();
            return true;
        }
        // Escape closes the palette, whatever else it would end.
        if (watched == m_edit && key->key() == Qt::Key_Escape) {
            event->accept();
            return true;
        }
    }
    if (watched == window() && event->type() == QEvent::Resize && isVisible()) {
        placeOver();
    }
    if (watched != m_edit) {
        return QFrame::eventFilter(watched, event);
    }
    if (event->type() == QEvent::FocusOut) {
        const auto reason = static_cast<QFocusEvent*>(event)->reason();
        if (reason != Qt::ActiveWindowFocusReason && reason != Qt::PopupFocusReason) {
            hide();
        }
    } else if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Down:
            move(1);
            return true;
        case Qt::Key_Up:
            move(-1);
            return true;
        case Qt::Key_PageDown:
            move(kRows - 1);
            return true;
        case Qt::Key_PageUp:
            move(1 - kRows);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            run(m_list->currentIndex());
            return true;
        case Qt::Key_Escape:
            dismiss();
            return true;
        case Qt::Key_Tab:
        case Qt::Key_Backtab:
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::placeOver() {
    const int unit = gridUnit(this);
    const QRect room = window()->rect().adjusted(4 * unit, 0, -4 * unit, -4 * unit);
    const int width = std::min(kWidth * unit, room.width());
    const int top = m_menus->isVisible() ? m_menus->height() + 2 * unit : 2 * unit;
    const int rows = std::clamp(m_model->rowCount(), 1, kRows);
    const QMargins margins = layout()->contentsMargins();
    const int fixed =
        margins.top() + margins.bottom() + layout()->spacing() + m_edit->sizeHint().height();
    const int height = std::min(fixed + rows * 8 * unit, room.height() - top);
    setGeometry(room.center().x() - width / 2, top, width, height);
}

void CommandPalette::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit);
    layout()->setSpacing(unit);
}

void CommandPalette::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void CommandPalette::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    QPainter painter(this);
    painter.fillRect(rect(), shades.page);
    painter.setPen(shades.edge);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace phidelity
