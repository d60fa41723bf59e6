-- migration: {{ name }}
-- from: {{ from }}   to: {{ to }}
{% if by_statement %}
-- @transaction statement
{% endif %}
{% for item in items %}

{% if item.kind == "statement" %}
{{ item.sql }};
{% elif item.kind == "transform" %}
-- @transform {{ item.name }}
{% if item.invariant %}
-- @invariant {{ item.invariant }}
{% endif %}
{% if item.batch %}
-- @batch {{ item.batch }}
{% endif %}
-- @check
{{ item.check }};
-- @run
{% for run in item.run %}
{{ run }}
{% endfor %}
-- @end
{% else %}
-- @raw {{ item.class }} {{ item.label }}
{{ item.sql }};
{% for check in item.postcheck %}
-- @postcheck
{{ check }};
{% endfor %}
-- @end
{% endif %}
{% endfor %}
