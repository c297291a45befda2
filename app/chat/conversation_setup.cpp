// SPDX-License-Identifier: MIT
#include "chat/conversation_setup.h"

#include <algorithm>
#include <limits>

namespace phidelity {

namespace {

const QString kPlanKey = QStringLiteral("context_plan");

constexpr std::pair<ContextHabit, const char*> kHabits[] = {
    {ContextHabit::Ask, "ask"}, {ContextHabit::Drop, "drop"}, {ContextHabit::Squeeze, "squeeze"}};

} // namespace

QJsonObject toJson(const ContextPlan& plan) {
    QJsonObject object{{QStringLiteral("first_sent"), static_cast<qint64>(plan.firstSent)},
                       {QStringLiteral("summary"), plan.summary}};
    for (const auto& [habit, word] : kHabits) {
        if (habit == plan.habit) {
            object.insert(QStringLiteral("habit"), QLatin1String(word));
        }
    }
    return object;
}

ContextPlan planFromJson(const QJsonObject& object) {
    ContextPlan plan;
    plan.firstSent = static_cast<NodeId>(
        std::clamp<qint64>(object.value(QStringLiteral("first_sent")).toInteger(), 0,
                           std::numeric_limits<NodeId>::max()));
    plan.summary = object.value(QStringLiteral("summary")).toString();
    const QString word = object.value(QStringLiteral("habit")).toString();
    for (const auto& [habit, name] : kHabits) {
        if (word == QLatin1String(name)) {
            plan.habit = habit;
        }
    }
    return plan;
}

QJsonObject toJson(const ConversationSetup& setup) {
    QJsonObject object = setup.settings ? toJson(*setup.settings) : QJsonObject();
    if (setup.plan != ContextPlan()) {
        object.insert(kPlanKey, toJson(setup.plan));
    }
    return object;
}

ConversationSetup setupFromJson(const QJsonObject& object) {
    ConversationSetup setup;
    setup.plan = planFromJson(object.value(kPlanKey).toObject());
    QJsonObject settings = object;
    settings.remove(kPlanKey);
    if (!settings.isEmpty()) {
        setup.settings = settingsFromJson(settings);
    }
    return setup;
}

} // namespace phidelity
