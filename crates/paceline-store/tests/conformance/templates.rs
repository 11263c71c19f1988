//! Keeping templates.

use paceline_core::event::EventKind;
use paceline_core::store::StoreError;
use paceline_core::template::Template;
use paceline_core::{Json, TemplateId};

use crate::schedules::told;
use crate::support::{Case, minutes};

fn template(s: &Case, name: &str) -> Template {
    Template {
        id: TemplateId::from_bytes(s.new_id().into_bytes()),
        name: name.to_owned(),
        job: Json::from_checked("{ \"task\":\"x\",  \"params\":{\"n\": 1e3} }"),
        version: 1,
        created_at: s.now(),
        updated_at: s.now(),
    }
}

async fn add(s: &Case, template: &Template) {
    let added = s.store.add_template(template.clone(), s.now()).await;
    added.expect("a template is kept");
}

async fn templates_are_kept_changed_and_removed(s: Case) {
    let before = s.last_event().await;
    let (first, second) = (template(&s, "a ünï"), template(&s, "b"));
    add(&s, &second).await;
    add(&s, &first).await;
    let find = async |named: &str| s.store.template(named).await.expect("read");
    assert_eq!(find("a ünï").await, Some(first.clone()));
    assert_eq!(find(&second.id.to_string()).await, Some(second.clone()));
    assert_eq!(find("nobody").await, None);
    let all = s.store.templates().await.expect("listed");
    assert_eq!(all, [first.clone(), second.clone()], "by name");

    s.advance(minutes(1));
    let changed = Template {
        name: "c".to_owned(),
        job: Json::from_checked(r#"{"task":"y"}"#),
        updated_at: s.now(),
        ..first.clone()
    };
    let change = || s.store.change_template(changed.clone(), s.now());
    assert!(change().await.expect("taken"));
    let now = Template {
        version: 2,
        ..changed.clone()
    };
    assert_eq!(find("c").await, Some(now.clone()));
    assert!(!change().await.expect("not taken"), "it is another by now");
    assert_eq!(find("c").await, Some(now));

    let remove = || s.store.remove_template(first.id, s.now());
    remove().await.expect("removed");
    let again = remove().await;
    assert!(
        matches!(again, Err(StoreError::NotFound("template"))),
        "{again:?}"
    );
    let kinds: Vec<_> = told(&s, before)
        .await
        .iter()
        .map(|(kind, _)| *kind)
        .collect();
    let expected = [
        EventKind::TemplateCreated,
        EventKind::TemplateCreated,
        EventKind::TemplateChanged,
        EventKind::TemplateDeleted,
    ];
    assert_eq!(kinds, expected);
}

async fn names_are_unique(s: Case) {
    let (first, second) = (template(&s, "a"), template(&s, "b"));
    add(&s, &first).await;
    add(&s, &second).await;
    let again = s.store.add_template(template(&s, "a"), s.now()).await;
    assert!(
        matches!(
            again,
            Err(StoreError::NameTaken {
                what: "template",
                ..
            })
        ),
        "{again:?}"
    );
    let renamed = Template {
        name: "a".to_owned(),
        ..second.clone()
    };
    let refused = s.store.change_template(renamed, s.now()).await;
    assert!(
        matches!(refused, Err(StoreError::NameTaken { .. })),
        "{refused:?}"
    );
    assert_eq!(s.store.templates().await.expect("listed"), [first, second]);
}

store_tests!(templates_are_kept_changed_and_removed, names_are_unique);
