// SPDX-License-Identifier: MIT
#include "ui/message_actions.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QTimer>
#include <QToolButton>

#include "ui/icon.h"

namespace phidelity {

MessageActions::MessageActions(QWidget* parent) : QWidget(parent) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_previous = addButton("previousVersion", QStringLiteral("previous"), tr("Previous version"));
    m_version = new QLabel;
    layout->addWidget(m_version);
    m_next = addButton("nextVersion", QStringLiteral("next"), tr("Next version"));
    m_copy = addButton("copyMessage", QStringLiteral("copy"), tr("Copy"));
    m_edit = addButton("editMessage", QStringLiteral("edit"), tr("Edit"));
    m_branch = addButton("branch", QStringLiteral("branch"),
                         tr("New conversation that begins with the messages up to here"));
    m_branch->setAccessibleName(tr("Branch"));
    m_regenerate =
        addButton("regenerate", QStringLiteral("regenerate"), tr("Write this reply again"));
    m_continue = addButton("continue", QStringLiteral("continue"), tr("Continue this reply"));
    connect(m_copy, &QToolButton::clicked, this, [this] {
        emit copyRequested(row);
        showCopied();
    });
    connect(m_regenerate, &QToolButton::clicked, this, [this] { emit regenerateRequested(row); });
    connect(m_edit, &QToolButton::clicked, this, [this] { emit editRequested(row); });
    connect(m_branch, &QToolButton::clicked, this, [this] { emit branchRequested(row); });
    connect(m_continue, &QToolButton::clicked, this, &MessageActions::continueRequested);
    connect(m_previous, &QToolButton::clicked, this,
            [this] { emit versionRequested(row, m_offer.version - 1); });
    connect(m_next, &QToolButton::clicked, this,
            [this] { emit versionRequested(row, m_offer.version + 1); });
    m_offer.copy = false;
    setOffer({});
}

QToolButton* MessageActions::addButton(const char* name, const QString& symbol,
                                       const QString& text) {
    auto* button = new QToolButton;
    button->setObjectName(QLatin1String(name));
    button->setIcon(icon(symbol));
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->setFocusPolicy(Qt::TabFocus);
    layout()->addWidget(button);
    return button;
}

void MessageActions::setOffer(const Offer& offer) {
    if (offer == m_offer) {
        return;
    }
    m_offer = offer;
    m_copy->setVisible(offer.copy);
    m_edit->setVisible(offer.edit);
    m_branch->setVisible(offer.branch);
    m_regenerate->setVisible(offer.regenerate);
    m_continue->setVisible(offer.goOn);
    const bool several = offer.versions > 1;
    m_previous->setVisible(several);
    m_version->setVisible(several);
    m_next->setVisible(several);
    m_previous->setEnabled(offer.version > 1);
    m_next->setEnabled(offer.version < offer.versions);
    m_version->setText(tr("%1 of %2").arg(offer.version).arg(offer.versions));
    adjustSize();
}

void MessageActions::showCopied() {
    m_copy->setIcon(icon(QStringLiteral("check")));
    QTimer::singleShot(1200, m_copy, [this] { m_copy->setIcon(icon(QStringLiteral("copy"))); });
}

} // namespace phidelity
