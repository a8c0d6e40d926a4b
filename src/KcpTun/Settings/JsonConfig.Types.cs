using System.Text;
using System.Text.Json;

namespace KcpTun.Settings;

internal sealed partial class JsonConfig
{
    /// <summary>Go's sentence about a wrong type, and what would be right.</summary>
    private static string Mismatch(ref Utf8JsonReader reader, string key, FlagSpec flag)
    {
        string found = TypeName(reader.TokenType);
        if (reader.TokenType == JsonTokenType.Number)
            found = $"number {Encoding.ASCII.GetString(reader.ValueSpan)}";
        (string wanted, string advice) = flag.Kind switch
        {
            FlagKind.Integer when reader.TokenType == JsonTokenType.String =>
                ("int", "write the number without quotes"),
            FlagKind.Integer => ("int", "write a whole number without point or exponent, within 64 bits"),
            FlagKind.Boolean => ("bool", "write true or false without quotes"),
            _ => ("string", "write a text in quotes"),
        };
        return $"\"{key}\": json: cannot unmarshal {found} into Go struct field {key} of type {wanted}; {advice}";
    }

    private static string TypeName(JsonTokenType type) => type switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.StartArray => "array",
        _ => "object",
    };
}
