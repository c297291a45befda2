// SPDX-License-Identifier: MIT
#include "ui/device_dialog.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/focus_in_sight.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

QString memoryText(const DeviceEntry& device) {
    if (device.memory == 0) {
        return {};
    }
    const QLocale locale;
    const auto size = [&locale](quint64 bytes) {
        return locale.formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat);
    };
    return device.memoryFree > 0 ? DeviceDialog::tr("%1 of %2 free", "memory")
                                       .arg(size(device.memoryFree), size(device.memory))
                                 : size(device.memory);
}

QStringList linesOf(const DeviceEntry& device) {
    QString kind = device.kind;
    kind.replace(0, 1, kind.left(1).toUpper());
    QStringList facts{kind, memoryText(device), device.driver};
    facts.removeAll(QString());
    QStringList lines{facts.join(QStringLiteral(" · "))};
    if (device.usable) {
        lines.append(DeviceDialog::tr("Has room for %1; %2.").arg(device.fits, device.reason));
    } else {
        lines.append(DeviceDialog::tr("Cannot be used: %1.").arg(device.reason));
    }
    lines.removeAll(QString());
    return lines;
}

QString shareHint() {
    return DeviceDialog::tr("For a model that is larger than the memory of a device; slower than "
                            "on the device alone.");
}

} // namespace

DeviceDialog::DeviceDialog(QWidget* window)
    : QDialog(window), m_waiting(new QLabel), m_entries(new QVBoxLayout),
      m_group(new QButtonGroup(this)), m_share(new QCheckBox), m_use(nullptr) {
    setObjectName(QStringLiteral("deviceDialog"));
    setWindowTitle(tr("Device"));
    setAttribute(Qt::WA_DeleteOnClose);
    const int unit = gridUnit(window);
    m_waiting->setText(tr("Looking for devices. If a reply is being written, this waits for it."));
    m_waiting->setWordWrap(true);
    auto* content = new QWidget;
    m_entries->setSpacing(unit);
    auto* column = new QVBoxLayout(content);
    column->addWidget(m_waiting);
    column->addLayout(m_entries);
    column->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    keepFocusInSight(scroll);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    m_share->setText(tr("&Let layers that do not fit run on the processor"));
    m_share->setObjectName(QStringLiteral("shareWithProcessor"));
    m_share->setAccessibleDescription(shareHint());
    m_share->setEnabled(false);
    m_share->installEventFilter(this);
    auto* hint = new QLabel(shareHint());
    hint->setWordWrap(true);
    hint->setContentsMargins(6 * unit, 0, 0, 0);
    setTextColor(hint, palette(), shadesOf(palette()).dimText);
    auto* buttons = new QDialogButtonBox;
    m_use = buttons->addButton(tr("&Use This Device"), QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel); // in the order of Tab
    m_use->setObjectName(QStringLiteral("useDevice"));
    m_use->setDefault(true);
    m_use->setEnabled(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(scroll, 1);
    auto* sharing = new QVBoxLayout; // in line with the entries
    sharing->setContentsMargins(column->contentsMargins().left(), 0, 0, 2 * unit);
    sharing->setSpacing(unit / 2);
    sharing->addWidget(m_share);
    sharing->addWidget(hint);
    layout->addLayout(sharing);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &DeviceDialog::applyPick);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    resize(std::min(130 * unit, window->width() - 4 * unit),
           std::min(100 * unit, window->height() - 4 * unit));
}

void DeviceDialog::setDevices(const DevicesListed& list, const DevicePick& pick) {
    const int checked = m_group->checkedId();
    const DevicePick wanted = checked >= 0 ? m_picks.at(checked) : pick;
    while (QLayoutItem* item = m_entries->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_picks.clear();
    m_waiting->hide();
    addEntry({}, tr("Automatic"),
             {tr("The fastest that can be used: %1").arg(list.automaticReason)}, true);
    for (const DeviceEntry& device : list.devices) {
        addEntry({device.id, device.name}, device.name, linesOf(device), device.usable);
    }
    for (int id = 0; id < m_picks.size(); ++id) {
        QAbstractButton* button = m_group->button(id);
        if (m_picks.at(id).id == wanted.id && button->isEnabled()) {
            button->setChecked(true);
        }
    }
    if (m_group->checkedId() < 0) {
        m_group->button(0)->setChecked(true);
    }
    if (!m_filled) {
        m_share->setChecked(pick.sharesWithCpu);
    }
    m_filled = true;
    m_share->setEnabled(true);
    m_group->checkedButton()->setFocus();
    m_use->setEnabled(true);
}

void DeviceDialog::addEntry(const DevicePick& pick, const QString& title, const QStringList& lines,
                            bool usable) {
    const int unit = gridUnit(this);
    auto* entry = new QWidget;
    auto* column = new QVBoxLayout(entry);
    column->setContentsMargins(0, unit, 0, unit);
    column->setSpacing(unit / 2);
    auto* button = new QRadioButton(title);
    button->setObjectName(QStringLiteral("device:") + pick.id);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    button->setFont(bold);
    button->setEnabled(usable);
    button->setAccessibleDescription(lines.join(u'\n'));
    button->installEventFilter(this);
    column->addWidget(button);
    for (const QString& line : lines) {
        auto* label = new QLabel(line);
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setContentsMargins(6 * unit, 0, 0, 0);
        setTextColor(label, palette(), shadesOf(palette()).dimText);
        column->addWidget(label);
    }
    m_group->addButton(button, static_cast<int>(m_picks.size()));
    m_picks.append(pick);
    m_entries->addWidget(entry);
}

bool DeviceDialog::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            applyPick();
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

void DeviceDialog::applyPick() {
    const int id = m_group->checkedId();
    if (id >= 0) {
        DevicePick pick = m_picks.at(id);
        pick.sharesWithCpu = m_share->isChecked();
        emit chosen(pick);
    }
    accept();
}

} // namespace phidelity
