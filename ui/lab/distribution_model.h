// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractTableModel>

#include "ui/lab/lab_distribution.h"

namespace phidelity {

/// The tokens of a step as rows: token, chances as bars, as the model gives it, behind the stage.
class DistributionModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Token, Bars, Before, After };
    static constexpr int kColumns = 4;
    static constexpr int kLabTokenRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    /// The rows stay where the tokens do, so that a view keeps its place while values change.
    void setTokens(const QList<LabToken>& tokens);
    [[nodiscard]] const QList<LabToken>& tokens() const { return m_tokens; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    QList<LabToken> m_tokens;
};

/// "12.3 %", "< 0.01 %".
[[nodiscard]] QString percentText(double probability);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::LabToken)
