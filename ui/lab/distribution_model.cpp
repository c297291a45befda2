// SPDX-License-Identifier: MIT
#include "ui/lab/distribution_model.h"

#include <algorithm>

#include <QLocale>

#include "ui/lab/stage_words.h"

namespace phidelity {

QString percentText(double probability) {
    const QLocale locale;
    const double percent = probability * 100;
    if (percent <= 0) {
        return QStringLiteral("0\u00a0%");
    }
    if (percent < 0.01) {
        return QStringLiteral("<\u00a0%1\u00a0%").arg(locale.toString(0.01, 'f', 2));
    }
    return QStringLiteral("%1\u00a0%").arg(locale.toString(percent, 'f', percent < 1 ? 2 : 1));
}

void DistributionModel::setTokens(const QList<LabToken>& tokens) {
    const qsizetype same = std::min(tokens.size(), m_tokens.size());
    if (tokens.size() < m_tokens.size()) {
        beginRemoveRows({}, static_cast<int>(same), static_cast<int>(m_tokens.size()) - 1);
        m_tokens.resize(same);
        endRemoveRows();
    }
    std::copy(tokens.begin(), tokens.begin() + same, m_tokens.begin());
    if (same > 0) {
        emit dataChanged(index(0, 0), index(static_cast<int>(same) - 1, kColumns - 1));
    }
    if (tokens.size() > same) {
        beginInsertRows({}, static_cast<int>(same), static_cast<int>(tokens.size()) - 1);
        m_tokens = tokens;
        endInsertRows();
    }
}

int DistributionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_tokens.size());
}

int DistributionModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant DistributionModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= m_tokens.size()) {
        return {};
    }
    const LabToken& token = m_tokens.at(index.row());
    const QString fate = token.removedBy ? stageTitle(*token.removedBy) : percentText(token.after);
    switch (role) {
    case kLabTokenRole:
        return QVariant::fromValue(token);
    case Qt::DisplayRole:
        switch (index.column()) {
        case Token:
            return token.text;
        case Before:
            return percentText(token.before);
        case After:
            return fate;
        default:
            return {};
        }
    case Qt::AccessibleTextRole:
        if (index.column() == Bars) {
            return token.removedBy ? tr("removed by %1").arg(fate)
                                   : tr("%1, was %2").arg(fate, percentText(token.before));
        }
        return data(index, Qt::DisplayRole);
    case Qt::ToolTipRole:
        return token.removedBy ? tr("Token %1, %2: removed by %3, the model gave it %4")
                                     .arg(QLocale().toString(token.id), token.text, fate,
                                          percentText(token.before))
                               : tr("Token %1, %2: %3, the model gave it %4")
                                     .arg(QLocale().toString(token.id), token.text, fate,
                                          percentText(token.before));
    case Qt::TextAlignmentRole:
        return index.column() >= Before ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                        : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant DistributionModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section >= Before ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                 : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Token:
        return tr("Token");
    case Before:
        return tr("Model");
    case After:
        return tr("Now");
    default:
        return {};
    }
}

} // namespace phidelity
