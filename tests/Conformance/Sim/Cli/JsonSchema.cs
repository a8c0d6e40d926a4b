using System.Text.Json;
using System.Text.RegularExpressions;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary>
/// Checks a document against the part of JSON Schema that docs/simulator.schema.json uses: type, properties, required,
/// additionalProperties, items, minimum and pattern. Any other keyword is refused, so that nothing goes unchecked.
/// </summary>
internal static class JsonSchema
{
    private static readonly string[] s_known =
    [
        "$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items",
        "minimum", "pattern",
    ];

    public static IEnumerable<string> Check(JsonElement schema, JsonElement value, string path = "$")
    {
        foreach (JsonProperty keyword in schema.EnumerateObject().Where(keyword => !s_known.Contains(keyword.Name)))
            yield return $"{path}: the checker does not know {keyword.Name}";
        JsonElement type = schema.GetProperty("type");
        string[] types = type.ValueKind == JsonValueKind.Array
            ? [.. type.EnumerateArray().Select(item => item.GetString()!)]
            : [type.GetString()!];
        if (!types.Any(name => Is(name, value)))
        {
            yield return $"{path}: not {string.Join(" or ", types)}: {value}";
            yield break;
        }

        IEnumerable<string> inner = value.ValueKind switch
        {
            JsonValueKind.Object => Members(schema, value, path),
            JsonValueKind.Array => value.EnumerateArray()
                .SelectMany((item, index) => Check(schema.GetProperty("items"), item, $"{path}[{index}]")),
            JsonValueKind.Number when schema.TryGetProperty("minimum", out JsonElement least)
                && value.GetDouble() < least.GetDouble() => [$"{path}: {value} is below {least}"],
            JsonValueKind.String when schema.TryGetProperty("pattern", out JsonElement pattern)
                && !Regex.IsMatch(value.GetString()!, pattern.GetString()!) => [$"{path}: {value} is not {pattern}"],
            _ => [],
        };
        foreach (string error in inner)
            yield return error;
    }

    private static IEnumerable<string> Members(JsonElement schema, JsonElement value, string path)
    {
        JsonElement properties = schema.GetProperty("properties");
        foreach (JsonElement name in schema.GetProperty("required").EnumerateArray())
        {
            if (!value.TryGetProperty(name.GetString()!, out _))
                yield return $"{path}: {name} is missing";
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!properties.TryGetProperty(member.Name, out JsonElement inner))
                yield return $"{path}: {member.Name} is not described";
            else
                foreach (string error in Check(inner, member.Value, $"{path}.{member.Name}"))
                    yield return error;
        }
    }

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal n) && n % 1 == 0,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
