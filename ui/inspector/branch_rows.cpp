// SPDX-License-Identifier: MIT
#include "ui/inspector/branch_rows.h"

#include <cmath>
#include <limits>

#include <QLocale>

#include "ui/inspector/token_words.h"

namespace phidelity {

namespace {

/// More than any row has room for.
constexpr qsizetype kLongestText = 400;

QString versionWords(const BranchTree& tree, const QList<NodeId>& ends) {
    QStringList numbers;
    const bool branches = tree.kind == BranchTree::Kind::Branches;
    for (const NodeId node : ends) {
        numbers.append(QLocale().toString(branches ? static_cast<qlonglong>(node)
                                                   : tree.versions.indexOf(node) + 1));
    }
    const auto count = static_cast<int>(numbers.size());
    const QString words = branches ? BranchRows::tr("branch %1", nullptr, count)
                                   : BranchRows::tr("version %1", nullptr, count);
    return numbers.isEmpty() ? QString() : words.arg(numbers.join(QStringLiteral(", ")));
}

} // namespace

int BranchRows::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant BranchRows::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_rows.size()) {
        return {};
    }
    const Row& row = m_rows.at(index.row());
    if (role == Qt::DisplayRole) {
        return row.text;
    }
    if (role == Qt::AccessibleTextRole) {
        QString words =
            row.path.isEmpty()
                ? tr("Level %1: “%2”; typed").arg(QString::number(row.rails.size() + 1), row.text)
                : tr("Level %1: “%2”; this way %3, from the beginning %4")
                      .arg(QString::number(row.rails.size() + 1), row.text, row.chance, row.path);
        if (!row.versions.isEmpty()) {
            words += QStringLiteral("; ") + row.versions;
        }
        return row.shown ? tr("%1; on the way that is shown").arg(words) : words;
    }
    if (role == Qt::ToolTipRole) {
        return row.path.isEmpty()
                   ? tr("This was typed.")
                   : tr("How likely this way was at the fork: %1\nAll that the model "
                        "wrote from the beginning to here: %2")
                         .arg(row.chance, row.path);
    }
    return {};
}

void BranchRows::setTree(const BranchTree& tree) {
    beginResetModel();
    m_rows.clear();
    m_shownRow = -1;
    const QList<BranchSegment>& segments = tree.segments;
    for (int index = 0; index < segments.size(); ++index) {
        const BranchSegment& segment = segments.at(index);
        Row row;
        row.text = tokenLabel(tree.texts.value(index).left(kLongestText));
        if (tree.texts.value(index).isEmpty()) {
            row.text = segment.tokens.size() == 1
                           ? tokenLabel({})
                           : tr("%1 tokens").arg(QLocale().toString(segment.tokens.size()));
        }
        row.last = true;
        for (int later = index + 1; later < segments.size() && row.last; ++later) {
            row.last = segments.at(later).parent != segment.parent;
        }
        if (segment.parent >= 0) {
            const Row& parent = m_rows.at(segment.parent);
            row.rails = parent.rails;
            row.rails.append(!parent.last);
        }
        row.shown = segment.through.contains(tree.shown);
        const float first = segment.logprobs.value(0, std::numeric_limits<float>::quiet_NaN());
        row.chance = probabilityWords(std::exp(static_cast<double>(first)));
        row.path = pathWords(segment.pathLogProbability);
        if (tree.typed.value(index)) {
            row.chance = tr("typed");
            // Nothing was drawn up to here.
            row.path = segment.pathLogProbability == 0 ? QString() : row.path;
        }
        row.ends = tree.removable ? segment.ends.value(0) : 0;
        row.versions = versionWords(tree, segment.ends);
        row.target = row.shown && !segment.ends.contains(tree.shown) && segment.ends.isEmpty()
                         ? tree.shown
                         : segment.ends.value(0, segment.through.value(0));
        if (segment.ends.contains(tree.shown)) {
            m_shownRow = index;
        }
        m_rows.append(row);
    }
    endResetModel();
}

} // namespace phidelity
