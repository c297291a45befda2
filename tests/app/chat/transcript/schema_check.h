// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>

namespace phidelity {

/// What of JSON Schema (2020-12) our schema uses, and nothing else: a keyword that is not known
/// here is reported as a problem, so that the check never says less than the schema.
class SchemaCheck {
public:
    explicit SchemaCheck(const QJsonObject& schema) : m_root(schema) {}

    /// Empty where `value` is valid, else the first problem and where it is.
    QString problem(const QJsonValue& value) { return check(m_root, value, QStringLiteral("$")); }

private:
    QString check(const QJsonObject& schema, const QJsonValue& value, const QString& at) {
        for (auto word = schema.begin(); word != schema.end(); ++word) {
            const QString why = keyword(schema, word.key(), word.value(), value, at);
            if (!why.isEmpty()) {
                return why;
            }
        }
        return {};
    }

    static bool isOfType(const QString& type, const QJsonValue& value) {
        if (type == QLatin1String("integer")) {
            return value.isDouble() && value.toDouble() == qint64(value.toDouble());
        }
        return (type == QLatin1String("object") && value.isObject()) ||
               (type == QLatin1String("array") && value.isArray()) ||
               (type == QLatin1String("string") && value.isString()) ||
               (type == QLatin1String("number") && value.isDouble());
    }

    QString each(const QJsonValue& array, const QJsonObject& schema, const QString& at) {
        const QJsonArray items = array.toArray();
        for (qsizetype index = 0; index < items.size(); ++index) {
            const QString why =
                check(schema, items.at(index), at + QStringLiteral("[%1]").arg(index));
            if (!why.isEmpty()) {
                return why;
            }
        }
        return {};
    }

    QString keyword(const QJsonObject& schema, const QString& word, const QJsonValue& wanted,
                    const QJsonValue& value, const QString& at) {
        const auto fails = [&](bool failed) { return failed ? at + u' ' + word : QString(); };
        if (word.startsWith(u'$') || word == QLatin1String("title") ||
            word == QLatin1String("description")) {
            if (word != QLatin1String("$ref")) {
                return {};
            }
            const QString name = wanted.toString().section(u'/', -1);
            const QJsonObject defs = m_root.value(QLatin1String("$defs")).toObject();
            return defs.contains(name) ? check(defs.value(name).toObject(), value, at)
                                       : at + QStringLiteral(" unknown ") + name;
        }
        if (word == QLatin1String("type")) {
            return fails(!isOfType(wanted.toString(), value));
        }
        if (word == QLatin1String("const")) {
            return fails(value != wanted);
        }
        if (word == QLatin1String("enum")) {
            return fails(!wanted.toArray().contains(value));
        }
        if (word == QLatin1String("minimum")) {
            return fails(value.isDouble() && value.toDouble() < wanted.toDouble());
        }
        if (word == QLatin1String("maximum")) {
            return fails(value.isDouble() && value.toDouble() > wanted.toDouble());
        }
        if (word == QLatin1String("minLength")) {
            return fails(value.isString() && value.toString().size() < wanted.toInt());
        }
        if (word == QLatin1String("maxLength")) {
            return fails(value.isString() && value.toString().size() > wanted.toInt());
        }
        if (word == QLatin1String("minItems")) {
            return fails(value.isArray() && value.toArray().size() < wanted.toInt());
        }
        if (word == QLatin1String("maxItems")) {
            return fails(value.isArray() && value.toArray().size() > wanted.toInt());
        }
        if (word == QLatin1String("uniqueItems")) {
            const QJsonArray items = value.toArray();
            for (qsizetype index = 1; index < items.size(); ++index) {
                if (items.at(index) == items.at(index - 1)) {
                    return fails(true);
                }
            }
            return {};
        }
        if (word == QLatin1String("required")) {
            const QJsonArray names = wanted.toArray();
            for (const QJsonValue name : names) {
                if (value.isObject() && !value.toObject().contains(name.toString())) {
                    return at + QStringLiteral(" lacks ") + name.toString();
                }
            }
            return {};
        }
        if (word == QLatin1String("properties")) {
            const QJsonObject properties = wanted.toObject();
            const QJsonObject object = value.toObject();
            for (auto one = properties.begin(); one != properties.end(); ++one) {
                if (object.contains(one.key())) {
                    const QString why = check(one.value().toObject(), object.value(one.key()),
                                              at + u'.' + one.key());
                    if (!why.isEmpty()) {
                        return why;
                    }
                }
            }
            return {};
        }
        if (word == QLatin1String("additionalProperties")) {
            const QJsonObject known = schema.value(QLatin1String("properties")).toObject();
            const QStringList keys = value.toObject().keys();
            for (const QString& key : keys) {
                if (!known.contains(key)) {
                    return at + QStringLiteral(" must not have ") + key;
                }
            }
            return {};
        }
        if (word == QLatin1String("items")) {
            return each(value, wanted.toObject(), at);
        }
        if (word == QLatin1String("prefixItems")) {
            const QJsonArray schemas = wanted.toArray();
            for (qsizetype index = 0; index < schemas.size(); ++index) {
                const QString why =
                    check(schemas.at(index).toObject(), value.toArray().at(index), at);
                if (!why.isEmpty()) {
                    return why;
                }
            }
            return {};
        }
        if (word == QLatin1String("anyOf")) {
            const QJsonArray schemas = wanted.toArray();
            for (const QJsonValue one : schemas) {
                if (check(one.toObject(), value, at).isEmpty()) {
                    return {};
                }
            }
            return fails(true);
        }
        return at + QStringLiteral(": the schema has a word that this check does not know: ") +
               word;
    }

    QJsonObject m_root;
};

} // namespace phidelity
