using System.Text;
using System.Xml;

namespace KcpTun.Sim.Reports;

/// <summary>
/// Writes HTML that is well-formed XML too, with SVG inside: whatever the text, it stays text. Characters that XML
/// cannot hold become U+FFFD.
/// </summary>
internal sealed class MarkupWriter : IDisposable
{
    private const string Html = "http://www.w3.org/1999/xhtml";
    private const string Svg = "http://www.w3.org/2000/svg";

    private static readonly string[] s_void = ["meta", "br", "input"];

    private readonly XmlWriter _xml;
    private readonly Stack<string> _open = new();

    public MarkupWriter(TextWriter output)
    {
        var settings = new XmlWriterSettings
        {
            OmitXmlDeclaration = true,
            Indent = true,
            IndentChars = "",
            NewLineChars = "\n",
        };
        _xml = XmlWriter.Create(output, settings);
        _xml.WriteDocType("html", null, null, null);
    }

    private bool IsInSvg => _open.Contains("svg");

    /// <summary>Opens an element, to be closed by disposing of what is returned.</summary>
    public Scope Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _open.Push(name);
        _xml.WriteStartElement(name, IsInSvg ? Svg : Html);
        foreach ((string attribute, string value) in attributes)
            _xml.WriteAttributeString(attribute, Clean(value));
        return new Scope(this);
    }

    /// <summary>Writes an element without children.</summary>
    public void Leaf(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        using (Open(name, attributes))
            Text(text);
    }

    public void Text(string text)
    {
        if (text.Length > 0)
            _xml.WriteString(Clean(text));
    }

    /// <summary>
    /// Writes a script or a style as it is. Browsers read it up to the closing tag, XML up to the end of the section,
    /// so that it must hold neither.
    /// </summary>
    public void Verbatim(string name, string content)
    {
        if (content.Contains("]]>", StringComparison.Ordinal) || content.Contains("</", StringComparison.Ordinal))
            throw new ArgumentException("A script or style cannot hold what would end it.", nameof(content));
        using (Open(name))
            _xml.WriteRaw($"/*<![CDATA[*/\n{content}/*]]>*/");
    }

    /// <summary>Writes data for a script. <see cref="System.Text.Json"/> has escaped every angle bracket.</summary>
    public void Json(string id, string json)
    {
        using (Open("script", ("type", "application/json"), ("id", id)))
            _xml.WriteRaw(json);
    }

    public void Dispose() => _xml.Dispose();

    private static string Clean(string text)
    {
        StringBuilder? clean = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]);
            if (XmlConvert.IsXmlChar(text[i]) || isPair)
            {
                i += isPair ? 1 : 0;
                continue;
            }

            clean ??= new StringBuilder(text);
            clean[i] = '\uFFFD';
        }

        return clean?.ToString() ?? text;
    }

    private void Close()
    {
        bool isShort = IsInSvg || s_void.Contains(_open.Peek());
        _open.Pop();
        // "<div/>" opens a div in HTML.
        if (isShort)
            _xml.WriteEndElement();
        else
            _xml.WriteFullEndElement();
    }

    /// <summary>An element that is open.</summary>
    internal readonly struct Scope(MarkupWriter writer) : IDisposable
    {
        public void Dispose() => writer.Close();
    }
}
