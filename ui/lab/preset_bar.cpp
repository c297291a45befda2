// SPDX-License-Identifier: MIT
#include "ui/lab/preset_bar.h"

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>

#include "ui/calm_wheel.h"
#include "ui/icon.h"
#include "ui/lab/stage_words.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kFirstOwn = static_cast<int>(std::size(kAllPresets));

} // namespace

PresetBar::PresetBar(QWidget* parent)
    : QWidget(parent), m_box(new QComboBox), m_save(new QToolButton), m_more(new QToolButton) {
    build();
    connect(m_box, &QComboBox::activated, this, &PresetBar::choose);
    connect(m_save, &QToolButton::clicked, this, &PresetBar::save);
    fill();
}

void PresetBar::build() {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit(this));
    m_box->setObjectName(QStringLiteral("presetBox"));
    m_box->setAccessibleName(tr("Preset"));
    m_box->setPlaceholderText(tr("Own values"));
    m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_box->setMinimumContentsLength(12);
    ignoreWheelWithoutFocus(m_box);
    m_save->setObjectName(QStringLiteral("presetSave"));
    m_save->setText(tr("Save\u2026"));
    m_save->setToolTip(tr("Keep these values as a preset of your own"));
    m_save->setFocusPolicy(Qt::StrongFocus);
    m_more->setObjectName(QStringLiteral("presetMore"));
    m_more->setIcon(icon(QStringLiteral("more")));
    m_more->setAccessibleName(tr("More about presets"));
    m_more->setToolTip(tr("Rename, delete, import, export"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(m_more);
    const auto add = [&](const char* name, const QString& text, auto&& act) {
        QAction* action = menu->addAction(text);
        action->setObjectName(QLatin1String(name));
        connect(action, &QAction::triggered, this, act);
        return action;
    };
    m_rename = add("presetRename", tr("&Rename\u2026"), [this] { rename(); });
    m_delete = add("presetDelete", tr("&Delete"), [this] { remove(); });
    m_undo = add("presetUndo", tr("&Undo Delete"), [this] {
        const QList<OwnPreset> before = *m_beforeDelete;
        setOwn(before);
        emit ownChanged(m_own);
    });
    menu->addSeparator();
    add("presetImport", tr("&Import\u2026"), [this] { askFile("importPresetsDialog"); });
    m_export = add("presetExport", tr("&Export Own Presets\u2026"),
                   [this] { askFile("exportPresetsDialog"); });
    m_more->setMenu(menu);
    layout->addWidget(m_box, 1);
    layout->addWidget(m_save);
    layout->addWidget(m_more);
}

void PresetBar::setOwn(const QList<OwnPreset>& own) {
    m_own = own;
    m_beforeDelete.reset();
    fill();
}

void PresetBar::setSettings(const GenerationSettings& settings) {
    m_settings = settings;
    showChosen();
}

void PresetBar::fill() {
    m_box->clear();
    for (const Preset preset : kAllPresets) {
        m_box->addItem(presetTitle(preset));
        m_box->setItemData(m_box->count() - 1, presetSentence(preset), Qt::ToolTipRole);
    }
    for (const OwnPreset& preset : std::as_const(m_own)) {
        m_box->addItem(preset.name);
    }
    if (!m_own.isEmpty()) {
        m_box->insertSeparator(kFirstOwn);
    }
    showChosen();
}

/// Which of the own ones is chosen; -1 = none of them.
qsizetype PresetBar::ownIndex() const {
    return m_box->currentIndex() > kFirstOwn ? m_box->currentIndex() - kFirstOwn - 1 : -1;
}

void PresetBar::showChosen() {
    int chosen = -1;
    for (int index = 0; index < kFirstOwn && chosen < 0; ++index) {
        chosen = withPreset(kAllPresets[index], m_settings) == m_settings ? index : -1;
    }
    for (qsizetype index = 0; index < m_own.size(); ++index) {
        if (withPreset(m_own.at(index), m_settings) == m_settings) {
            chosen = kFirstOwn + 1 + static_cast<int>(index);
        }
    }
    m_box->setCurrentIndex(chosen);
    m_box->setToolTip(chosen >= 0 && chosen < kFirstOwn ? presetSentence(kAllPresets[chosen])
                                                        : tr("Sets of values with a name"));
    m_rename->setEnabled(ownIndex() >= 0);
    m_delete->setEnabled(ownIndex() >= 0);
    m_undo->setVisible(m_beforeDelete.has_value());
    m_export->setEnabled(!m_own.isEmpty());
}

void PresetBar::choose() {
    const qsizetype own = ownIndex();
    if (own >= 0) {
        emit chosen(withPreset(m_own.at(own), m_settings));
    } else if (m_box->currentIndex() >= 0) {
        emit chosen(withPreset(kAllPresets[m_box->currentIndex()], m_settings));
    }
}

void PresetBar::save() {
    askName(tr("Save Preset"), {}, [this](const QString& name) {
        QList<OwnPreset> own = m_own;
        own.append({freePresetName(name, own), m_settings});
        setOwn(own);
        emit ownChanged(m_own);
    });
}

void PresetBar::rename() {
    const qsizetype index = ownIndex();
    if (index < 0) {
        return;
    }
    askName(tr("Rename Preset"), m_own.at(index).name, [this, index](const QString& name) {
        QList<OwnPreset> own = m_own;
        const OwnPreset preset = own.takeAt(index);
        own.insert(index, {freePresetName(name, own), preset.settings});
        setOwn(own);
        emit ownChanged(m_own);
    });
}

void PresetBar::remove() {
    const qsizetype index = ownIndex();
    if (index < 0) {
        return;
    }
    const QList<OwnPreset> before = m_own;
    QList<OwnPreset> own = m_own;
    own.removeAt(index);
    setOwn(own);
    emit ownChanged(m_own);
    m_beforeDelete = before;
    showChosen();
}

void PresetBar::askName(const QString& title, const QString& name,
                        const std::function<void(const QString&)>& use) {
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName(QStringLiteral("presetName"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(tr("Name:"));
    dialog->setTextValue(name);
    connect(dialog, &QInputDialog::textValueSelected, this, [use](const QString& text) {
        if (const QString wanted = freePresetName(text, {}); !wanted.isEmpty()) {
            use(wanted);
        }
    });
    dialog->open();
}

void PresetBar::askFile(const char* name) {
    const bool imports = QLatin1String(name) == QLatin1String("importPresetsDialog");
    auto* dialog = new QFileDialog(this, imports ? tr("Import Presets") : tr("Export Own Presets"));
    dialog->setObjectName(QLatin1String(name));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setNameFilters({tr("Presets (*.json)"), tr("All files (*)")});
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->setFileMode(imports ? QFileDialog::ExistingFile : QFileDialog::AnyFile);
    dialog->setAcceptMode(imports ? QFileDialog::AcceptOpen : QFileDialog::AcceptSave);
    if (!imports) {
        dialog->selectFile(QStringLiteral("presets.json"));
    }
    connect(dialog, &QFileDialog::fileSelected, this,
            imports ? &PresetBar::importRequested : &PresetBar::exportRequested);
    dialog->open();
}

} // namespace phidelity
