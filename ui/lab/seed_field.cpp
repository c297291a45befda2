// SPDX-License-Identifier: MIT
#include "ui/lab/seed_field.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <QToolButton>

#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

SeedField::SeedField(QWidget* parent)
    : QWidget(parent), m_field(new QLineEdit), m_lock(new QToolButton), m_die(new QToolButton) {
    const int unit = gridUnit(this);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(unit);
    m_field->setObjectName(QStringLiteral("labSeed"));
    m_field->setAccessibleName(tr("Seed"));
    m_field->setToolTip(tr("The same seed, prompt and settings give the same reply"));
    m_field->setTextMargins(unit, 0, unit, 0);
    m_field->setValidator(
        new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{1,20}")), this));
    m_lock->setObjectName(QStringLiteral("seedLock"));
    m_lock->setCheckable(true);
    m_die->setObjectName(QStringLiteral("seedDie"));
    m_die->setIcon(icon(QStringLiteral("dice")));
    m_die->setAccessibleName(tr("Roll a seed"));
    m_die->setToolTip(tr("Roll a new seed and keep it"));
    for (QToolButton* button : {m_lock, m_die}) {
        button->setFocusPolicy(Qt::StrongFocus);
    }
    layout->addWidget(m_field, 1);
    layout->addWidget(m_lock);
    layout->addWidget(m_die);
    connect(m_field, &QLineEdit::textEdited, this, [this](const QString& text) {
        bool ok = false;
        const quint64 seed = text.toULongLong(&ok);
        if (ok) {
            m_seed = seed;
            m_lock->setChecked(true); // whoever types a seed wants it
            emit changed();
        }
    });
    connect(m_lock, &QToolButton::toggled, this, &SeedField::showLock);
    connect(m_lock, &QToolButton::clicked, this, &SeedField::changed);
    connect(m_die, &QToolButton::clicked, this, [this] {
        setSeed(QRandomGenerator::global()->generate64(), true);
        emit changed();
    });
    setSeed(m_seed, false);
    showLock();
}

void SeedField::setSeed(quint64 seed, bool locked) {
    m_seed = seed;
    m_field->setText(QString::number(seed));
    m_lock->setChecked(locked);
}

bool SeedField::isLocked() const {
    return m_lock->isChecked();
}

void SeedField::showLock() {
    const bool locked = m_lock->isChecked();
    m_lock->setIcon(icon(locked ? QStringLiteral("lock") : QStringLiteral("unlock")));
    m_lock->setAccessibleName(tr("Keep the seed"));
    m_lock->setToolTip(locked ? tr("Locked: every reply uses this seed and can be repeated")
                              : tr("Open: every reply gets a new seed"));
}

} // namespace phidelity
