// SPDX-License-Identifier: MIT
#include "chat/markdown/text_block.h"

namespace phidelity {

bool beginsContainer(const TextBlock& block, qsizetype depth, const TextBlock* before) {
    return !before || before->containers.size() <= depth ||
           before->containers.at(depth).id != block.containers.at(depth).id;
}

QString markerOf(const TextContainer& container) {
    switch (container.task) {
    case TextContainer::Task::Open:
        return QStringLiteral("☐");
    case TextContainer::Task::Done:
        return QStringLiteral("☑");
    case TextContainer::Task::None:
        break;
    }
    switch (container.kind) {
    case TextContainer::Kind::Bullet:
        return QStringLiteral("•");
    case TextContainer::Kind::Numbered:
        return QString::number(container.number) + container.mark;
    case TextContainer::Kind::Quote:
        break;
    }
    return {};
}

QString plainText(const TextBlock& block, qsizetype from, qsizetype to) {
    QString text = block.text.mid(from, std::max<qsizetype>(0, to - from));
    for (auto formula = block.formulas.crbegin(); formula != block.formulas.crend(); ++formula) {
        if (formula->at >= from && formula->at < to) {
            text.replace(formula->at - from, 1, formula->source);
        }
    }
    return text;
}

} // namespace phidelity
